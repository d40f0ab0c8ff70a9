const WIDTH = 320;

const form = document.querySelector("#controls");
const list = document.querySelector("#styles");
const message = document.querySelector("#message");

/** The address of the picture in a style, at the form's settings. */
function address(style, width) {
  const { url, alpha } = form.elements;
  const query = new URLSearchParams({ url: url.value, style });
  if (style !== "none" && alpha.value !== "1") query.set("alpha", alpha.value);
  query.set("w", String(width));
  return `/v1/stylize?${query}`;
}

async function loadStyles() {
  const styles = [];
  for (let page = "/v1/styles?limit=200"; page;) {
    const response = await fetch(page);
    if (!response.ok) throw new Error(`The catalog answered ${response.status}`);
    const { styles: some, next } = await response.json();
    styles.push(...some);
    page = next;
  }
  return styles;
}

function addStyle(style) {
  const item = document.querySelector("#style").content.cloneNode(true);
  const image = item.querySelector("img");
  image.dataset.style = style.id;
  image.alt = `In the style ${style.title}`;
  image.addEventListener("error", () => explain(image.src));
  item.querySelector("strong").textContent = style.title;
  item.querySelector("span").textContent = [style.artist, style.year].filter(Boolean).join(", ");
  list.append(item);
}

/** An image element does not tell why it failed, so the problem is fetched again as text. */
async function explain(src) {
  const response = await fetch(src, { headers: { accept: "application/problem+json" } });
  if (response.ok) return;
  const problem = await response.json().catch(() => ({ detail: response.statusText }));
  message.textContent = problem.detail;
}

function paint() {
  message.textContent = "";
  form.elements.shown.value = form.elements.alpha.value;
  document.querySelector("#content").src = address("none", WIDTH);
  for (const image of list.querySelectorAll("img")) {
    image.src = address(image.dataset.style, WIDTH);
    image.closest("a").href = address(image.dataset.style, 1024);
  }
  const first = list.querySelector("img");
  if (first) document.querySelector("#address").textContent = first.src;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  paint();
});
form.elements.alpha.addEventListener("change", paint);

try {
  (await loadStyles()).forEach(addStyle);
  paint();
} catch (error) {
  message.textContent = error.message;
}
