import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startService } from "../support/service.ts";
import { failuresOf, startBrowser, until } from "./browser.ts";

// Expressions that run in the page, where the document is. Thumbnails are loaded when they are seen.
const ALL_LOADED = `
  document.querySelectorAll("#styles img").length > 20 &&
  ![...document.querySelectorAll("#styles img")].find((image) => {
    if (image.naturalWidth === 0) image.scrollIntoView();
    return image.naturalWidth === 0;
  }) &&
  !document.querySelector("#picture").hidden`;
const WIDTHS = `[...document.querySelectorAll("#styles img")].map((image) => image.naturalWidth)`;
const PICTURE = `[document.querySelector("#picture").src,
  document.querySelector("#picture").naturalWidth, document.querySelector("#drop").dataset.state]`;
const ADDRESS = `document.querySelector("#address").value`;
const PAINTED = `document.querySelector("#drop").dataset.state === "painted"`;
const IN_VIEW = `(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(
  document.querySelector("#picture").getBoundingClientRect())`;
const OVERFLOW = `document.documentElement.scrollWidth - innerWidth`;

const MOSAIC = new URL("../../static/styles/mosaic.jpg", import.meta.url).pathname;

const CONTROLS = new Set(["button", "combobox", "radio", "slider", "spinbutton", "textbox"]);

type Shown = [src: string, width: number, state: string];

for (const signed of [false, true]) {
  Deno.test(`the first page is a playground, ${signed ? "signed" : "unsigned"}`, async () => {
    const env = signed ? { SIGNING_KEYS: `k1:${"0f".repeat(32)}` } : {};
    await using service = await startService(env);
    await using browser = await startBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 2400 } });
    const failures = failuresOf(page);
    await page.goto(service.origin);
    await until(page, ALL_LOADED);
    const widths = await page.evaluate<number[]>(WIDTHS);
    assert(widths.every((width) => width === 200), String(widths));
    await takeScreenshot(page, `${signed ? "signed" : "wide"}.png`);

    await page.selectOption("select[name=second]", "mosaic");
    await changed(
      page,
      () => page.fill("input[name=w]", "300").then(() => page.keyboard.press("Tab")),
    );
    const address = await page.evaluate<string>(ADDRESS);
    assert.match(address, /mosaic%3A50.*w=300/);
    assert.equal((await fetch(address)).status, 200);
    await (signed ? Promise.resolve() : tryOthers(page));

    await page.setViewportSize({ width: 390, height: 844 });
    await until(page, `(${OVERFLOW}) <= 0`);
    await takeScreenshot(page, `${signed ? "signed-" : ""}phone.png`);
    assert.deepEqual(failures, []);
  });
}

Deno.test("the first page shows the presets where nothing else is painted", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, '{"card":{"style":"mosaic","w":"300"},"plain":{"style":"none"}}');
  await using service = await startService({ PRESETS_FILE: file, PRESETS_ONLY: "true" });
  await Deno.remove(file);
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
  await page.goto(service.origin);
  await until(page, `(([, width, state]) => width === 300 && state === "painted")(${PICTURE})`);
  await until(page, `(${WIDTHS}).join() === "300,960"`);
  assert.match(await page.evaluate<string>(ADDRESS), /url=%2Fsample\.jpg&preset=card$/);
  for (const name of ["second", "share", "alpha", "color", "w"]) {
    assert(await page.isHidden(`[name=${name}]`), name);
  }
  await takeScreenshot(page, "presets.png");
});

Deno.test("the first page has only painted what is wanted last, and keeps it in view", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const order: string[] = [];
  page.on("requestfinished", (request) => order.push(request.url()));
  await page.goto(service.origin);
  await until(page, `(${WIDTHS}).includes(200)`);
  const [first = ""] = order.filter((url) => url.includes("/v1/stylize"));
  assert.match(first, /w=640/, "thumbnails come after the picture");

  await changed(page, () => page.setInputFiles("input[name=file]", MOSAIC), 640);
  let [asked, answered] = [0, 0];
  const isUpload = (request: { method(): string }): number => request.method() === "POST" ? 1 : 0;
  page.on("request", (request) => asked += isUpload(request));
  page.on("requestfinished", (request) => answered += isUpload(request));
  await page.focus("input[name=style]:checked");
  await changed(page, async () => {
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  }, 640);
  await until(page, PAINTED);
  assert.equal(answered, 1);
  asked = 0;
  await page.fill("input[name=w]", "300");
  await changed(page, () => page.keyboard.press("Enter"));
  assert.equal(asked, 1);
  await changed(page, () => page.click("#styles label:last-child"));
  assert(await page.evaluate<boolean>(IN_VIEW));
});

Deno.test("page and interface work behind a proxy that takes a folder off the path", async () => {
  await using service = await startService();
  await using proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      const inside = /^\/images(\/.*)$/.exec(pathname)?.[1];
      return inside ? fetch(service.origin + inside + search) : new Response(null, { status: 404 });
    },
  );
  const folder = `http://127.0.0.1:${proxy.addr.port}/images`;
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(`${folder}/`);
  await until(page, `(([, width, state]) => width === 640 && state === "painted")(${PICTURE})`);
  assert((await page.evaluate<string>(ADDRESS)).startsWith(`${folder}/v1/stylize?`));
  await until(page, `(${WIDTHS}).includes(200)`);
  await page.click("text=Interface");
  await until(page, `document.querySelectorAll(".opblock").length > 5`);
  assert.equal(page.url(), `${folder}/docs`);
});

Deno.test("every control of the first page has a name for those who do not see it", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(service.origin);
  await until(page, `document.querySelectorAll("#styles img").length > 20`);
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const controls = nodes.filter(({ role }) => CONTROLS.has(String(role?.value)))
    .map(({ role, name }) => `${role?.value}: ${name?.value ?? ""}`);
  assert.deepEqual(controls.filter((control) => control.endsWith(": ")), []);
  const sliders = controls.filter((control) => control.startsWith("slider"));
  assert.equal(sliders.length, 2);
  assert.match(sliders.join(), /Share of the second style.*Strength/);
});

/** A file, the address again, then one that is refused. */
async function tryOthers(page: Page): Promise<void> {
  await changed(page, () => page.setInputFiles("input[name=file]", MOSAIC));
  const command = /^curl -o 'mosaic-starry-night-mosaic\.webp' .*'@mosaic\.jpg'/;
  assert.match(await page.evaluate<string>(ADDRESS), command);
  const name = await page.getAttribute("#save", "download") ?? "";
  assert.match(name, /^mosaic-starry-night-mosaic\.(avif|webp)$/);
  await changed(page, () => page.click("text=Use the address"));
  assert.match(await page.evaluate<string>(ADDRESS), /^http.*url=%2Fsample\.jpg/);
  assert(await page.isHidden("text=Use the address"));
  assert.equal(await page.evaluate("document.activeElement.name"), "url");
  await page.fill("input[name=url]", "http://127.0.0.1/private.jpg");
  await page.keyboard.press("Tab");
  await until(
    page,
    `/not on the public internet/.test(document.querySelector("#message").textContent)`,
  );
  assert(await page.isHidden("#save"));
}

/** Does something and waits until another picture, of the width that is asked, is shown. */
async function changed(page: Page, act: () => Promise<unknown>, asked = 300): Promise<void> {
  const [before] = await page.evaluate<Shown>(PICTURE);
  await act();
  await until(
    page,
    `(([src, width, state]) => src !== ${JSON.stringify(before)} && width === ${asked} &&
    state === "painted")(${PICTURE})`,
  );
}

async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}`, fullPage: true });
}
