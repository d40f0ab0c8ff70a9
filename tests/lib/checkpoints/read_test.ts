import assert from "node:assert/strict";
import {
  type Checkpoint,
  CheckpointError,
  type CheckpointErrorCode,
  readCheckpoint,
} from "../../../lib/checkpoints/mod.ts";
import { seededRandom } from "../../support/random.ts";
import { joinSafetensors } from "./_synthetic.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(name, FIXTURES));
}

function refuses(bytes: Uint8Array<ArrayBuffer>, code: CheckpointErrorCode, text: RegExp): void {
  assert.throws(() => readAll(bytes), (error) => {
    assert(error instanceof CheckpointError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
}

function readAll(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  const checkpoint = readCheckpoint(bytes);
  for (const [name, tensor] of checkpoint) if (name !== "counter") tensor.read();
  return checkpoint;
}

for (const name of ["zip.pth", "legacy.pth", "training_run.pth"]) {
  Deno.test(`readCheckpoint() reads ${name}`, async () => {
    const checkpoint = readCheckpoint(await fixture(name));
    const expected: Record<string, [number[], number[]]> = {
      "float.weight": [[2, 3, 2, 2], Array.from({ length: 24 }, (_, i) => i / 8)],
      "half.weight": [[3], [0, 0.125, 0.25]],
      "double.weight": [[2, 2], [0, 0.125, 0.25, 0.375]],
      "bfloat.weight": [[4], [0, 0.125, 0.25, 0.375]],
      "turned.weight": [[3, 2], [0, 0.375, 0.125, 0.5, 0.25, 0.625]],
      "part.weight": [[3], [0.5, 0.625, 0.75]],
      "parameter.weight": [[2], [0, 0.125]],
      "scalar": [[], [0.5]],
    };
    for (const [key, [shape, values]] of Object.entries(expected)) {
      const tensor = checkpoint.get(key);
      assert.deepEqual([tensor?.shape, [...tensor?.read() ?? []]], [shape, values], key);
    }
    assert.throws(() => checkpoint.get("counter")?.read(), /tensor of int64/);
  });
}

Deno.test("readCheckpoint() refuses a forbidden global by its name, and runs nothing", async () => {
  refuses(await fixture("malicious.zip.pth"), "forbidden_global", /__builtin__\.print/);
  refuses(await fixture("malicious.legacy.pth"), "forbidden_global", /__builtin__\.print/);
  refuses(
    await fixture("module.pth"),
    "forbidden_global",
    /torch\.nn\.modules\.container\.Sequent/,
  );
});

Deno.test("readCheckpoint() says what another file is", async () => {
  refuses(await fixture("list.pth"), "unsupported_checkpoint", /no dict at its top/);
  refuses(await fixture("compressed.pth"), "unsupported_checkpoint", /compressed or encrypted/);
  refuses(new Uint8Array(), "not_a_checkpoint", /is empty/);
  const page = new TextEncoder().encode("<!DOCTYPE html><html></html>");
  refuses(page, "not_a_checkpoint", /begins with "<!DOCTYPE html><"/);
  refuses(Uint8Array.of(255, 216, 255, 0), "not_a_checkpoint", /the bytes ffd8ff00/);
  refuses(Uint8Array.fromHex(`504b0506${"00".repeat(18)}`), "not_a_checkpoint", /504b0506/);
});

Deno.test("readCheckpoint() refuses another legacy layout, and nested lists in its place", () => {
  const magic = "80028a0a6cfc9c46f9206aa850192e";
  refuses(Uint8Array.fromHex(`${magic}80024de8032e`), "unsupported_checkpoint", /layout 1000, not/);
  const doubling = Array.from({ length: 40 }, (_, i) => {
    const kept = i.toString(16).padStart(2, "0");
    return `71${kept}5d2868${kept}68${kept}65`;
  });
  const nested = Uint8Array.fromHex(`${magic}80025d${doubling.join("")}2e`);
  refuses(nested, "unsupported_checkpoint", /another layout, not 1001/);
});

for (const name of ["zip.pth", "legacy.pth"]) {
  Deno.test(`readCheckpoint() refuses ${name} cut anywhere`, async () => {
    const bytes = await fixture(name);
    for (let length = 16; length < bytes.length; length++) {
      refuses(bytes.slice(0, length), "damaged_checkpoint", /download it again/);
    }
  });

  Deno.test(`readCheckpoint() reads or refuses ${name} with any byte changed`, async () => {
    const bytes = await fixture(name);
    const random = seededRandom(7);
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice();
      changed[i] = Math.floor(256 * random());
      try {
        readAll(changed);
      } catch (error) {
        assert(error instanceof CheckpointError, `byte ${i}: ${error}`);
      }
    }
  });
}

Deno.test("readCheckpoint() reads safetensors and puts 8-bit weights together", () => {
  const scalar = (offset: number): unknown => ({
    dtype: "F32",
    shape: [1],
    data_offsets: [offset, offset + 4],
  });
  const header = {
    __metadata__: { source: "a test" },
    "1.weight_q": { dtype: "U8", shape: [2, 2], data_offsets: [0, 4] },
    "1.weight_scale": scalar(4),
    "1.weight_zero": scalar(8),
    "1.bias": { dtype: "F32", shape: [2], data_offsets: [12, 20] },
    "lone_q": { dtype: "U8", shape: [1], data_offsets: [20, 21] },
  };
  const floats = new Uint8Array(Float32Array.of(0.5, 3, 7, 8).buffer);
  const parts = [Uint8Array.of(0, 3, 5, 255), floats, Uint8Array.of(9)];
  const checkpoint = readCheckpoint(joinSafetensors(header, parts));
  assert.deepEqual([...checkpoint.keys()], ["1.weight", "1.bias", "lone_q"]);
  assert.deepEqual(checkpoint.get("1.weight")?.shape, [2, 2]);
  assert.deepEqual([...checkpoint.get("1.weight")?.read() ?? []], [-1.5, 0, 1, 126]);
  assert.deepEqual([...checkpoint.get("1.bias")?.read() ?? []], [7, 8]);
});

Deno.test("readCheckpoint() refuses safetensors whose header and elements do not fit", () => {
  const eight = [new Uint8Array(8)];
  const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const wrong = [
    { ...tensor, shape: [3] },
    { ...tensor, shape: [-2] },
    { ...tensor, shape: "2" },
    { ...tensor, dtype: "F4" },
    { ...tensor, data_offsets: [4, 12] },
    { ...tensor, data_offsets: [8, 0] },
    { ...tensor, data_offsets: [0, 8, 8] },
    { shape: [1e200, 1e200], dtype: "F32", data_offsets: [0, 8] },
    null,
    7,
  ];
  for (const entry of wrong) {
    refuses(joinSafetensors({ "a": entry }, eight), "damaged_checkpoint", /"a"/);
  }
  const sound = joinSafetensors({ "a": tensor }, eight);
  refuses(sound.slice(0, 30), "damaged_checkpoint", /ends after 30 bytes/);
  const broken = sound.slice();
  broken[9] = 0x7d;
  refuses(broken, "damaged_checkpoint", /header is not JSON/);
});

Deno.test("readCheckpoint() refuses safetensors that overlap", () => {
  const at = (start: number, end: number): unknown => ({
    dtype: "U8",
    shape: [end - start],
    data_offsets: [start, end],
  });
  const eight = [new Uint8Array(8)];
  const overlapping = { a: at(4, 8), b: at(0, 5) };
  refuses(joinSafetensors(overlapping, eight), "damaged_checkpoint", /"b" and "a" overlap/);
  const sound = { a: at(4, 8), b: at(0, 4), empty: at(4, 4) };
  assert.equal(readCheckpoint(joinSafetensors(sound, eight)).size, 3);
});

Deno.test("readCheckpoint() refuses 8-bit weights with a scale or a zero per channel", () => {
  for (const [scales, zeros] of [[2, 1], [1, 2], [0, 1]] as const) {
    const [q, s, z] = [2, 2 + 4 * scales, 2 + 4 * (scales + zeros)];
    const header = {
      "w_q": { dtype: "U8", shape: [2, 1], data_offsets: [0, q] },
      "w_scale": { dtype: "F32", shape: [scales], data_offsets: [q, s] },
      "w_zero": { dtype: "F32", shape: [zeros], data_offsets: [s, z] },
    };
    const file = joinSafetensors(header, [new Uint8Array(z)]);
    refuses(file, "unsupported_checkpoint", /"w": its scale and zero must be one number each/);
  }
});
