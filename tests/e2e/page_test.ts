import assert from "node:assert/strict";
import { findProgram } from "../support/programs.ts";

Deno.test({
  name: "the pages in a browser",
  ignore: findProgram("chromium", "chromium-browser", "google-chrome") === null,
  fn: async () => {
    // The browser driver reads below /proc, for which Deno wants all permissions: only it gets them.
    const files = ["page_in_browser.ts", "page_answers_in_browser.ts", "docs_in_browser.ts"]
      .map((name) => new URL(name, import.meta.url).pathname);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--quiet", "--no-check", ...files],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert(success, text.decode(stdout) + text.decode(stderr));
  },
});
