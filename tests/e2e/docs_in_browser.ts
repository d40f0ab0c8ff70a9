import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { freePort } from "../support/ports.ts";
import { startService } from "../support/service.ts";
import { failuresOf, startBrowser, until } from "./browser.ts";

const OPEN = ".opblock.is-open";
const PICTURE_SHOWN = `document.querySelector("${OPEN} .responses-wrapper img")?.naturalWidth > 0`;

/** Opens an operation and makes its fields ones to fill in. */
async function tryOut(page: Page, operation: string): Promise<void> {
  await page.click(`${operation} .opblock-summary-control`);
  await page.click(`${OPEN} .try-out__btn`);
}

Deno.test("pictures can be tried out in the page of the interface as it is opened", async () => {
  await using service = await startService();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const failures = failuresOf(page);
  await page.goto(`${service.origin}/docs`);
  await tryOut(page, "#operations-default-stylize");
  const asked = page.waitForRequest(/\/v1\//);
  await page.click(`${OPEN} .execute`);
  assert.deepEqual([...new URL((await asked).url()).searchParams.keys()], ["url", "style"]);
  await until(page, PICTURE_SHOWN);
  assert.deepEqual(failures, []);
});

Deno.test("the page of the interface asks the server that it was opened from, if chosen", async () => {
  const PORT = String(freePort());
  await using _service = await startService({ PORT, PUBLIC_URL: "https://img.example" });
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const failures = failuresOf(page);
  await page.goto(`http://127.0.0.1:${PORT}/docs`);
  await page.selectOption(".servers select", ".");
  await tryOut(page, "#operations-default-listStyles");
  const answered = page.waitForResponse(/\/v1\//);
  await page.click(`${OPEN} .execute`);
  assert.equal((await answered).status(), 200);
  assert.deepEqual(failures, []);
});
