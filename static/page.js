import { addresses, ask, at, signed } from "./page_requests.js";

/** Width of the small pictures, in pixels; the server counts none of that for RATE_LIMIT. */
const THUMBNAIL = 200;
/** Milliseconds until a small picture that failed is asked for once more. */
const PAUSE = 5000;
const SAMPLE = "/sample.jpg";
const FIRST_STYLE = "starry-night";

const { presets: names } = document.documentElement.dataset;
/** Where only presets are served, they take the place of the styles. */
const presets = names.split(" ").filter(Boolean);
const form = document.querySelector("#controls");
const fields = form.elements;
const picture = document.querySelector("#picture");
const drop = document.querySelector("#drop");
const message = document.querySelector("#message");
const gallery = document.querySelector("#styles");
const address = document.querySelector("#address");
const save = document.querySelector("#save");
/** Ends the painting that a newer wish takes the place of. */
let running = new AbortController();
/** The query and the file of the picture that is shown or being painted. */
let wanted = {};

/** What the form asks for, as the shortest query. */
function wish() {
  const [first, second, share] = [fields.style.value, fields.second.value, fields.share.value];
  const query = new URLSearchParams();
  if (!fields.file.files.length) query.set("url", fields.url.value.trim());
  if (presets.length) {
    query.set("preset", first);
    return String(query);
  }
  query.set("style", second ? `${first}:${100 - share},${second}:${share}` : first);
  if (fields.alpha.value !== "1") query.set("alpha", fields.alpha.value);
  if (fields.color.value !== "style") query.set("color", fields.color.value);
  query.set("w", fields.w.value);
  return String(query);
}

/** The picture's own name and that of its look. */
function nameOf(file, type) {
  const whole = file?.name ?? fields.url.value.trim().replace(/[?#].*/, "");
  const name = whole.replace(/.*\//, "").replace(/\.\w+$/, "") || "picture";
  const look = [fields.style.value, fields.second.value].filter(Boolean).join("-");
  return `${name}-${look}.${type.replace("image/", "")}`;
}

/** A picture from a file has no address of its own: the command that paints it. */
function curl(file, source) {
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const output = quote(nameOf(file, "image/webp"));
  const body = `-H 'content-type: ${file.type}' --data-binary ${quote(`@${file.name}`)}`;
  return `curl -o ${output} -H 'accept: image/webp' ${body} '${source}'`;
}

/** What those hear who do not see the picture. */
function description() {
  const first = gallery.querySelector("label:has(:checked) strong").textContent;
  const second = fields.second.value && fields.second.selectedOptions[0].text;
  return `Painted in ${[first, second].filter(Boolean).join(" and ")}`;
}

function show(blob, name) {
  if (save.href) URL.revokeObjectURL(save.href);
  picture.src = save.href = URL.createObjectURL(blob);
  picture.alt = description();
  save.download = name;
  picture.hidden = false;
}

/** Says how it is: "painting", "painted", or "failed", where the picture shown is one of before. */
function tell(text, state) {
  message.textContent = text;
  drop.dataset.state = state;
  save.hidden = state === "failed" || picture.hidden;
}

/** Makes the controls show what they are set to. */
function refresh() {
  fields.shareShown.value = `${fields.share.value} %`;
  fields.alphaShown.value = fields.alpha.value;
  fields.share.disabled = !fields.second.value;
  document.querySelector("#leave-file").hidden = fields.file.files.length === 0;
}

async function paint() {
  refresh();
  if (gallery.childElementCount === 0) return await begin();
  if (!form.reportValidity()) return;
  const [file] = fields.file.files;
  const query = wish();
  if (query === wanted.query && file === wanted.file) return;
  wanted = { query, file };
  running.abort();
  running = new AbortController();
  const { signal } = running;
  tell("Painting …", "painting");
  try {
    const [source] = await addresses([query], signal);
    address.value = file ? curl(file, source) : source;
    document.querySelector("#kind").textContent = file ? "Its command" : "Its address";
    const accept = { accept: "image/avif,image/webp,*/*" };
    const options = file
      ? { method: "POST", body: file, headers: { ...accept, "content-type": file.type } }
      : { headers: accept };
    // An image element does not tell why it failed, so the picture is loaded first and then shown.
    const blob = await (await ask(source, { ...options, signal })).blob();
    show(blob, nameOf(file, blob.type));
    tell(picture.alt, "painted");
  } catch (error) {
    if (signal.aborted) return;
    wanted = {};
    tell(error.message, "failed");
  }
}

async function loadStyles() {
  if (presets.length) return presets.map((id) => ({ id, title: id }));
  const styles = [];
  for (let page = "/v1/styles?limit=200"; page;) {
    const { styles: some, next } = await (await ask(at(page))).json();
    styles.push(...some);
    page = next;
  }
  return styles;
}

function addStyles(styles) {
  for (const style of styles) {
    const item = document.querySelector("#style").content.cloneNode(true);
    const radio = item.querySelector("input");
    radio.value = style.id;
    radio.checked = style === styles[0] || style.id === FIRST_STYLE;
    item.querySelector("strong").textContent = style.title;
    item.querySelector("span").textContent = [style.artist, style.year].filter(Boolean).join(", ");
    gallery.append(item);
    fields.second.add(new Option(style.title, style.id));
  }
  const { offsetLeft, offsetTop } = gallery.querySelector(":has(:checked)");
  gallery.scrollTo(offsetLeft - gallery.offsetLeft, offsetTop - gallery.offsetTop);
}

async function addThumbnails(styles) {
  const queries = styles.map(({ id }) => {
    const look = presets.length ? { preset: id } : { style: id, w: THUMBNAIL };
    return String(new URLSearchParams({ url: SAMPLE, ...look }));
  });
  const thumbnails = await addresses(queries);
  gallery.querySelectorAll("img").forEach((image, i) => {
    const again = () => setTimeout(() => image.src = thumbnails[i], PAUSE);
    image.addEventListener("error", again, { once: true });
    image.src = thumbnails[i];
  });
}

/** Shows the styles, then the picture, which the visitor looks at, then the small ones. */
async function begin() {
  tell("Painting …", "painting");
  let styles;
  try {
    styles = await loadStyles();
    // It may have been begun twice.
    if (gallery.childElementCount > 0) return;
    if (styles.length === 0) throw new Error("This server has no styles yet");
    addStyles(styles);
  } catch (error) {
    return tell(error.message, "failed");
  }
  await paint();
  // Styles have names: a small picture that is missing is no failure of the large one.
  await addThumbnails(styles).catch(() => {});
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  paint();
});
form.addEventListener("change", (event) => {
  if (event.target === fields.url) fields.file.value = "";
  paint();
});
form.addEventListener("input", refresh);
document.querySelector("#leave-file").addEventListener("click", () => {
  fields.file.value = "";
  // The button, which had the focus, is hidden now.
  fields.url.focus();
  paint();
});

/** Paints the file, or the picture or link of another page, that was dropped. */
function take(dropped) {
  if (!dropped.files.length) fields.url.value = dropped.getData("url");
  fields.file.files = dropped.files;
  paint();
}

// What is dropped beside the picture would make the browser leave the page. Text is for the fields.
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const { dataTransfer } = event;
    if (!["Files", "text/uri-list"].some((kind) => dataTransfer.types.includes(kind))) return;
    event.preventDefault();
    if (signed) dataTransfer.dropEffect = "none";
    else if (type === "drop") take(dataTransfer);
    drop.classList.toggle("over", !signed && (type === "dragenter" || type === "dragover"));
  });
}

document.querySelector("#copy").addEventListener("click", async ({ target }) => {
  address.select();
  // Without a secure origin there is no clipboard; the text is selected, ready for the keyboard.
  target.textContent = await navigator.clipboard?.writeText(address.value)
    .then(() => "Copied", () => "Selected") ?? "Selected";
  setTimeout(() => target.textContent = "Copy", 2000);
});

if (signed) {
  fields.url.disabled = fields.file.disabled = true;
  document.querySelector("#restricted").hidden = false;
}
if (presets.length) {
  // What a preset says itself.
  for (const name of ["second", "share", "alpha", "color", "w"]) {
    fields[name].closest("label").hidden = true;
  }
  document.querySelector("#gallery-name").textContent = "Preset";
  document.querySelector("#presets").hidden = false;
}
await begin();
