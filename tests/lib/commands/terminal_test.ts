import assert from "node:assert/strict";
import { CommandError } from "../../../lib/commands/errors.ts";
import { explain, runCommand } from "../../../lib/commands/terminal.ts";
import { capture } from "./_terminal.ts";

Deno.test("explain() tells any failure of the file system, and no fault of the program", () => {
  const failure = (code: unknown): Error => Object.assign(new Error("the text"), { code });
  const told = [failure("ENOSPC"), failure("EIO"), failure("E2BIG"), failure("ERR_PARSE_ARGS_X")];
  for (
    const error of [
      ...told,
      ...Object.values(Deno.errors).map((type) => new type("the text")),
    ]
  ) {
    assert.equal(explain(error), "the text");
  }
  for (const error of [failure("ERR_OTHER"), failure(5), new TypeError("x"), "EIO"]) {
    assert.equal(explain(error), undefined);
  }
});

Deno.test("runCommand() ends without a word when nobody reads the output", async () => {
  const closed = (): Promise<never> => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  const run = await capture((terminal) => runCommand(terminal, closed));
  assert.deepEqual(run, { code: 1, stdout: "", stderr: "" });
});

Deno.test("runCommand() keeps control characters of names from the terminal", async () => {
  const text = "a \x1b]0;title\x07 of\ntwo \x9b31m lines";
  const fail = (): Promise<never> => Promise.reject(new CommandError(text));
  const { stderr } = await capture((terminal) => runCommand(terminal, fail));
  assert.equal(stderr, "error: a  ]0;title  of two  31m lines\n");
});
