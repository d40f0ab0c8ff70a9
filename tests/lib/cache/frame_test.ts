import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { digestOf } from "../../../lib/cache/_digest.ts";
import { decodeFrame, encodeFrame } from "../../../lib/cache/frame.ts";
import { PurgeMarks } from "../../../lib/cache/purge_marks.ts";
import { entryOf } from "./_entries.ts";

Deno.test("decodeFrame() reads what encodeFrame() wrote", () => {
  const entry = entryOf({ meta: { title: "Sternennacht ✨" } });
  assert.deepEqual(decodeFrame(encodeFrame(entry)), entry);
  const empty = entryOf({ body: new Uint8Array() });
  assert.deepEqual(decodeFrame(encodeFrame(empty)), empty);
});

Deno.test("decodeFrame() copies a body out of a larger buffer, and no other", () => {
  const frame = encodeFrame(entryOf());
  assert.equal(decodeFrame(frame).body.buffer, frame.buffer);
  const read = Buffer.concat([Buffer.alloc(frame.length), frame]);
  const { body } = decodeFrame(read.subarray(frame.length));
  assert.deepEqual(body, entryOf().body);
  assert.equal(body.buffer.byteLength, body.byteLength);
});

Deno.test("decodeFrame() refuses every frame with a changed or missing byte", () => {
  const frame = encodeFrame(entryOf());
  for (let at = 0; at < frame.length; at++) {
    const changed = frame.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => decodeFrame(changed), { code: "damaged_entry" });
    assert.throws(() => decodeFrame(frame.subarray(0, at)), { code: "damaged_entry" });
  }
});

Deno.test("digestOf() tells keys apart that are no valid Unicode", () => {
  const keys = ["", "a", "A", "a\0", "\ud800", "\ud801", "\ufffd", "a".repeat(10_000)];
  assert.equal(new Set(keys.map(digestOf)).size, keys.length);
  assert.match(digestOf("a b"), /^[\w-]{43}$/);
});

Deno.test("digestOf() leaves a short name as it is, and no digest is one", () => {
  assert.equal(digestOf("Ab3_-".repeat(8)), "Ab3_-".repeat(8));
  const digest = digestOf("a b");
  assert.notEqual(digestOf(digest), digest);
});

Deno.test("PurgeMarks refuses too much rather than too little when there are many", () => {
  const marks = new PurgeMarks();
  for (let i = 0; i < 10_001; i++) marks.note({ tag: `t${i}` }, i);
  assert.equal(marks.refuses(entryOf({ tags: ["t10000"], storedAt: 9_999 })), true);
  assert.equal(marks.refuses(entryOf({ tags: ["t10000"], storedAt: 10_001 })), false);
  assert.equal(marks.refuses(entryOf({ tags: [], storedAt: -1 })), true);
  assert.equal(marks.refuses(entryOf({ tags: ["other"], storedAt: 1 })), false);
  marks.note({ all: true }, 20_000);
  assert.equal(marks.refuses(entryOf({ tags: [], storedAt: 19_999 })), true);
});
