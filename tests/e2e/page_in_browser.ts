import assert from "node:assert/strict";
import { chromium, type Page } from "playwright-core";
import { findProgram } from "../support/programs.ts";
import { startService } from "../support/service.ts";

const executablePath = findProgram("chromium", "chromium-browser", "google-chrome") ?? "";

// Expressions that run in the page, where the document is.
const ALL_LOADED = `
  document.querySelectorAll("#styles img").length > 20 &&
  [...document.querySelectorAll("#styles img")].every((image) => image.complete)`;
const WIDTHS = `[...document.querySelectorAll("#styles img")].map((image) => image.naturalWidth)`;
const EXPLAINED = `document.querySelector("#message").textContent !== ""`;

Deno.test("the first page shows the sample in every style, and explains a bad picture", async () => {
  await using service = await startService();
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 4000 } });
    const failed: string[] = [];
    page.on("pageerror", (error) => failed.push(String(error)));
    await page.goto(service.origin);
    await until(page, ALL_LOADED);
    const widths = await page.evaluate<number[]>(WIDTHS);
    assert(widths.every((width) => width === 320), String(widths));
    assert.deepEqual(failed, []);
    const file = Deno.env.get("SCREENSHOT");
    if (file) await page.screenshot({ path: file, fullPage: true });

    await page.fill("input[name=url]", "http://127.0.0.1/private.jpg");
    await page.click("button");
    await until(page, EXPLAINED);
    assert.match(await page.textContent("#message") ?? "", /not on the public internet/);
  } finally {
    await browser.close();
  }
});

/** The driver's own waiting evaluates text in the page, which the page's security policy forbids. */
async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 120_000;
  while (!await page.evaluate<boolean>(expression)) {
    assert(Date.now() < end, `Never came true: ${expression}`);
    await page.waitForTimeout(50);
  }
}
