import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { findProgram } from "../support/programs.ts";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];

/**
 * Starts the system's Chromium.
 *
 * @returns The browser, without a page.
 */
export function startBrowser(): Promise<Browser> {
  const executablePath = findProgram("chromium", "chromium-browser", "google-chrome") ?? "";
  return chromium.launch({ executablePath, args: ARGS });
}

/**
 * Watches a page.
 *
 * @param page The page, before it goes anywhere.
 * @returns Errors of its scripts and what its security policy forbids, as they come.
 */
export function failuresOf(page: Page): readonly string[] {
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("violates")) failures.push(message.text());
  });
  return failures;
}

/**
 * Waits. The driver's own waiting evaluates text in the page, which a security policy forbids.
 *
 * @param page The page.
 * @param expression What must come true in it, JavaScript.
 */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 120_000;
  while (!await page.evaluate<boolean>(expression)) {
    assert(Date.now() < end, `Never came true: ${expression}`);
    await page.waitForTimeout(50);
  }
}
