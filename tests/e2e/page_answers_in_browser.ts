import assert from "node:assert/strict";
import type { Page, Route } from "playwright-core";
import { startService } from "../support/service.ts";
import { startBrowser, until } from "./browser.ts";

// Expressions that run in the page, where the document is.
const MESSAGE = `document.querySelector("#message").textContent`;
const STATE = `document.querySelector("#drop").dataset.state`;
const PAINTED = `${STATE} === "painted"`;
const FAILED = `${STATE} === "failed"`;
const STYLES = `document.querySelectorAll("#styles label").length`;
const TOP = `document.querySelector("#styles").offsetTop`;
const SEEN = `["#picture", "#message"].every((name) => {
  const { top, bottom } = document.querySelector(name).getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
})`;
const LOADED = `[...document.querySelectorAll("#styles img")]
  .filter(({ naturalWidth }) => naturalWidth > 0).map(({ src }) => src)`;

const MOSAIC = new URL("../../static/styles/mosaic.jpg", import.meta.url).pathname;
const NOWHERE = "https://nonexistent.invalid/a.jpg";

/** Drops something in the middle of the page's picture, and says whether the page took it. */
async function dropOn(page: Page, target: string, type: string, text: string): Promise<boolean> {
  return await page.evaluate<boolean>(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData(${JSON.stringify(type)}, ${JSON.stringify(text)});
    const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
    document.querySelector(${JSON.stringify(target)}).dispatchEvent(event);
    return event.defaultPrevented;
  })()`);
}

Deno.test.each([[360, 740], [740, 360]])(
  "who acts on a screen of %i x %i sees what becomes of it",
  async (width, height) => {
    await using service = await startService();
    await using browser = await startBrowser();
    const page = await browser.newPage({ viewport: { width, height } });
    await page.goto(service.origin);
    await until(page, PAINTED);
    const top = await page.evaluate(TOP);
    await page.selectOption("select[name=color]", "content");
    assert(await page.evaluate(SEEN));
    await page.fill("input[name=url]", NOWHERE);
    await page.click("button:text('Paint')");
    await until(page, FAILED);
    assert(await page.evaluate(SEEN));
    assert.equal(await page.evaluate(TOP), top);

    await page.goto(`${service.origin}/docs/problems`);
    assert(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  },
);

Deno.test("those who do not see the picture are told what it is, when it is there", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  const statusOf = async (): Promise<unknown> => {
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const region = nodes.find(({ role, childIds }) => role?.value === "status" && childIds?.length);
    return nodes.find(({ nodeId }) => nodeId === region?.childIds?.[0])?.name?.value;
  };
  await page.goto(service.origin);
  await until(page, PAINTED);
  assert.equal(await page.getAttribute("#picture", "alt"), "Painted in The Starry Night");
  assert.equal(await statusOf(), "Painted in The Starry Night");
  await page.selectOption("select[name=second]", "mosaic");
  await until(page, `(${MESSAGE}).endsWith(" and Mosaic")`);
  assert.equal(await page.getAttribute("#picture", "alt"), await page.evaluate(MESSAGE));
});

Deno.test("a link or picture of another page may be dropped, and text into the fields", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(service.origin);
  await until(page, PAINTED);
  assert(!await dropOn(page, "[name=url]", "text/plain", "some text"));
  assert(await dropOn(page, "header", "text/uri-list", `# a comment\r\n${NOWHERE}\r\n`));
  await until(page, FAILED);
  assert.equal(await page.inputValue("[name=url]"), NOWHERE);
});

Deno.test("the page goes on when the server does, and tells what is wrong until then", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const answer = { status: 503, contentType: "application/problem+json", json: { detail: "Busy" } };
  await page.route("**/v1/styles?*", (route) => route.fulfill(answer), { times: 1 });
  const refused: string[] = [];
  const refuse = (route: Route): Promise<void> => {
    refused.push(route.request().url());
    return route.fulfill(answer);
  };
  await page.route("**w=200", refuse, { times: 3 });
  await page.goto(service.origin);
  await until(page, FAILED);
  assert.equal(await page.evaluate(MESSAGE), "Busy");
  await page.click("button:text('Paint')");
  await until(page, PAINTED);
  assert((await page.evaluate<number>(STYLES)) > 20);
  await until(page, `(${LOADED}).length > 3`);
  assert.equal(refused.length, 3);
  await until(page, `${JSON.stringify(refused)}.every((src) => (${LOADED}).includes(src))`);

  const away = (route: Route): Promise<void> => route.abort("connectionrefused");
  await page.route("**/v1/stylize*", away);
  await page.fill("[name=w]", "300");
  await page.keyboard.press("Enter");
  await until(page, FAILED);
  assert.equal(await page.evaluate(MESSAGE), "The server cannot be reached");
  await page.setInputFiles("[name=file]", MOSAIC);
  await until(page, `(${MESSAGE}).includes("choose it again")`);
});

Deno.test("a server without styles says so", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.route("**/v1/styles?*", (route) => route.fulfill({ json: { styles: [] } }));
  await page.goto(service.origin);
  await until(page, FAILED);
  assert.equal(await page.evaluate(MESSAGE), "This server has no styles yet");
});
