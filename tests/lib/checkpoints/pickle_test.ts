import assert from "node:assert/strict";
import { ByteReader } from "../../../lib/checkpoints/byte_reader.ts";
import { CheckpointError, type CheckpointErrorCode } from "../../../lib/checkpoints/mod.ts";
import { type PickleHost, readPickle } from "../../../lib/checkpoints/pickle.ts";

const HOST: PickleHost = {
  global: (path) => path === "a.only_named" ? { path } : { path, call: (args) => [path, ...args] },
  persistent: (id) => ({ id }),
};

function read(hex: string): unknown {
  const bytes = Uint8Array.fromHex(hex.replaceAll(" ", ""));
  return readPickle(new ByteReader(bytes, "the pickle"), HOST);
}

// What `pickle.dumps(value, protocol=2)` gives, and opcodes that Python 2 wrote.
Deno.test.each([
  ["8002 4e 2e", null],
  ["8002 88 2e", true],
  ["8002 89 2e", false],
  ["8002 4b ff 2e", 255],
  ["8002 4d e903 2e", 1001],
  ["8002 4a ffffffff 2e", -1],
  ["8002 8a 01 ff 2e", -1],
  ["8002 8a 00 2e", 0],
  ["8002 8a 06 000000000010 2e", 2 ** 44],
  ["8002 8a 0a 6cfc9c46f9206aa85019 2e", 0x1950a86a20f9469cfc6cn],
  ["8002 47 3ff8000000000000 2e", 1.5],
  ["8002 58 03000000 c3a961 2e", "éa"],
  ["8002 55 02 6162 2e", "ab"],
  ["8002 54 02000000 6162 2e", "ab"],
  ["8002 29 2e", []],
  ["8002 4b01 85 2e", [1]],
  ["8002 4b01 4b02 86 2e", [1, 2]],
  ["8002 4b01 4b02 4b03 87 2e", [1, 2, 3]],
  ["8002 28 4b01 4b02 74 2e", [1, 2]],
  ["8002 5d 4b01 61 28 4b02 4b03 65 2e", [1, 2, 3]],
  ["8002 7d 4b01 4b02 73 28 4b03 4b04 75 2e", new Map([[1, 2], [3, 4]])],
  ["8002 4b07 71 00 30 68 00 2e", 7],
  ["8002 4b07 72 00010000 30 6a 00010000 2e", 7],
  ["8002 63 610a 620a 4b01 85 52 2e", ["a.b", 1]],
  ["8002 4b05 51 2e", { id: 5 }],
  ["8002 7d 7d 62 2e", new Map()],
])("readPickle(%s) gives its value", (hex, expected) => {
  assert.deepEqual(read(hex), expected);
});

Deno.test.each<[string, CheckpointErrorCode, RegExp]>([
  ["8004 4e 2e", "unsupported_checkpoint", /protocol 4/],
  ["8002 93 2e", "unsupported_checkpoint", /opcode 0x93/],
  ["8002 81 2e", "unsupported_checkpoint", /opcode 0x81/],
  ["8002 4e", "damaged_checkpoint", /ends after 3 bytes/],
  ["8002 2e", "damaged_checkpoint", /empty stack/],
  ["8002 71 00 2e", "damaged_checkpoint", /empty stack/],
  ["8002 68 09 2e", "damaged_checkpoint", /the value 9/],
  ["8002 74 2e", "damaged_checkpoint", /lacks a mark/],
  ["8002 4b01 4b02 61 2e", "damaged_checkpoint", /no list/],
  ["8002 4e 4b01 4b02 73 2e", "damaged_checkpoint", /no dict/],
  ["8002 4b01 29 52 2e", "unsupported_checkpoint", /a call of a value/],
  ["8002 63 610a 6f6e6c795f6e616d65640a 29 52 2e", "unsupported_checkpoint", /a\.only_named/],
  ["8002 63 610a 620a 7d 52 2e", "unsupported_checkpoint", /a call of a\.b/],
  ["8002 4b01 7d 62 2e", "unsupported_checkpoint", /state of its own/],
  ["8002 63 61", "damaged_checkpoint", /ends after 4 bytes/],
  ["8002 58 ffffffff 61", "damaged_checkpoint", /ends after/],
])("readPickle(%s) refuses with %s", (hex, code, text) => {
  assert.throws(
    () => read(hex),
    (error) => error instanceof CheckpointError && error.code === code && text.test(error.message),
  );
});

Deno.test("readPickle() refuses calls that take one kept list again and again", () => {
  const count = 100;
  const list = `5d 28 ${"4b01".repeat(count)} 65 71 00`;
  const call = "63 610a 620a 68 00 85 52 30";
  assert.equal(read(`8002 ${list} ${call} 4e 2e`), null);
  assert.throws(
    () => read(`8002 ${list} ${call.repeat(count)} 4e 2e`),
    (error) =>
      error instanceof CheckpointError && error.code === "damaged_checkpoint" &&
      /more items than it has bytes/.test(error.message),
  );
});
