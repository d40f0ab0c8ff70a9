/** Sides of the small pictures, and how many addresses are signed in one request. */
const THUMBNAIL = 200;
const BATCH = 20;
const SAMPLE = "/sample.jpg";
const FIRST_STYLE = "starry-night";

const { signed: isSigned, presets: names } = document.documentElement.dataset;
const signed = isSigned === "true";
/** Where only presets are served, they take the place of the styles. */
const presets = names.split(" ").filter(Boolean);
const form = document.querySelector("#controls");
const fields = form.elements;
const picture = document.querySelector("#picture");
const message = document.querySelector("#message");
const gallery = document.querySelector("#styles");
const address = document.querySelector("#address");
let turn = 0;

/** Where the service answers one of its paths: a proxy may have put a folder before them. */
function at(path) {
  return new URL(`.${path}`, document.baseURI).href;
}

/** Addresses of pictures; where only signed ones are served, the server signs those of its sample. */
async function addresses(queries) {
  if (!signed) return queries.map((query) => at(`/v1/stylize?${query}`));
  const all = [];
  for (let i = 0; i < queries.length; i += BATCH) {
    const batch = new URLSearchParams(queries.slice(i, i + BATCH).map((query) => ["q", query]));
    const response = await fetch(at(`/page/addresses?${batch}`));
    if (!response.ok) throw new Error(await reason(response));
    all.push(...(await response.json()).map(at));
  }
  return all;
}

async function reason(response) {
  const problem = await response.json().catch(() => undefined);
  return problem?.detail ?? `The server answered ${response.status}`;
}

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

/** A picture from a file has no address of its own: the command that paints it. */
function curl({ name, type }, source) {
  const quoted = `'@${name.replaceAll("'", `'\\''`)}'`;
  return `curl -o painted -H 'content-type: ${type}' --data-binary ${quoted} '${source}'`;
}

function show(src) {
  if (picture.src.startsWith("blob:")) URL.revokeObjectURL(picture.src);
  picture.src = src;
  picture.hidden = false;
}

/** An image element does not tell why it failed, so the picture is loaded first and then shown. */
async function load(source, options) {
  const response = await fetch(source, options);
  if (!response.ok) throw new Error(await reason(response));
  return URL.createObjectURL(await response.blob());
}

async function paint() {
  fields.shareShown.value = `${fields.share.value} %`;
  fields.alphaShown.value = fields.alpha.value;
  fields.share.disabled = !fields.second.value;
  if (!fields.style.value || !form.reportValidity()) return;
  const own = ++turn;
  const [file] = fields.file.files;
  message.textContent = "Painting …";
  try {
    const [source] = await addresses([wish()]);
    address.value = file ? curl(file, source) : source;
    const accept = { accept: "image/avif,image/webp,*/*" };
    const options = file
      ? { method: "POST", body: file, headers: { ...accept, "content-type": file.type } }
      : { headers: accept };
    const src = await load(source, options);
    if (own !== turn) return URL.revokeObjectURL(src);
    show(src);
    message.textContent = "";
  } catch (error) {
    if (own === turn) message.textContent = error.message;
  }
}

async function loadStyles() {
  if (presets.length) return presets.map((id) => ({ id, title: id }));
  const styles = [];
  for (let page = "/v1/styles?limit=200"; page;) {
    const response = await fetch(at(page));
    if (!response.ok) throw new Error(await reason(response));
    const { styles: some, next } = await response.json();
    styles.push(...some);
    page = next;
  }
  return styles;
}

async function addStyles(styles) {
  const queries = styles.map(({ id }) => {
    const look = presets.length ? { preset: id } : { style: id, w: THUMBNAIL };
    return String(new URLSearchParams({ url: SAMPLE, ...look }));
  });
  const thumbnails = await addresses(queries);
  styles.forEach((style, i) => {
    const item = document.querySelector("#style").content.cloneNode(true);
    const radio = item.querySelector("input");
    radio.value = style.id;
    radio.checked = i === 0 || style.id === FIRST_STYLE;
    item.querySelector("img").src = thumbnails[i];
    item.querySelector("strong").textContent = style.title;
    item.querySelector("span").textContent = [style.artist, style.year].filter(Boolean).join(", ");
    gallery.append(item);
    fields.second.add(new Option(style.title, style.id));
  });
  gallery.scrollLeft = gallery.querySelector(":has(:checked)").offsetLeft - gallery.offsetLeft;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  paint();
});
form.addEventListener("change", (event) => {
  if (event.target === fields.url) fields.file.value = "";
  paint();
});
form.addEventListener("input", () => {
  fields.shareShown.value = `${fields.share.value} %`;
  fields.alphaShown.value = fields.alpha.value;
});

const drop = document.querySelector("#drop");
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", type === "dragenter" || type === "dragover");
  });
}
drop.addEventListener("drop", ({ dataTransfer }) => {
  if (signed || dataTransfer.files.length === 0) return;
  fields.file.files = dataTransfer.files;
  paint();
});

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
  for (const name of ["second", "alpha", "color", "w"]) fields[name].disabled = true;
  document.querySelector("#presets").hidden = false;
}
try {
  await addStyles(await loadStyles());
  await paint();
} catch (error) {
  message.textContent = error.message;
}
