import assert from "node:assert/strict";
import {
  buildVggDecoder,
  buildVggEncoder,
  CheckpointError,
  type CheckpointErrorCode,
  type Tensor,
} from "../../../lib/checkpoints/mod.ts";
import { randomCheckpoint } from "./_synthetic.ts";

function refuses(build: () => unknown, code: CheckpointErrorCode, text: RegExp): void {
  assert.throws(
    build,
    (error) => error instanceof CheckpointError && error.code === code && text.test(error.message),
  );
}

Deno.test("buildVggEncoder() takes what it needs of the whole VGG-19, in any order", () => {
  const checkpoint = randomCheckpoint("encoder");
  const whole = new Map([...checkpoint].reverse());
  const read = (): never => assert.fail("layers behind relu4_1 are not read");
  whole.set("32.weight", { shape: [512, 512, 3, 3], read });
  assert.deepEqual(buildVggEncoder(whole), buildVggEncoder(checkpoint));
});

Deno.test("buildVggEncoder() and buildVggDecoder() refuse each other's checkpoint", () => {
  const [encoder, decoder] = [randomCheckpoint("encoder"), randomCheckpoint("decoder")];
  refuses(
    () => buildVggEncoder(decoder),
    "wrong_architecture",
    /as the encoder: it has no "0\.weight", 3 x 3 x 1 x 1 is needed .*18 tensors: "1\.weight", /,
  );
  refuses(
    () => buildVggDecoder(encoder),
    "wrong_architecture",
    /as the decoder: it has no "1\.weight", 256 x 512 x 3 x 3 is needed/,
  );
  refuses(() => buildVggDecoder(new Map()), "wrong_architecture", /it has no tensors/);
});

Deno.test("buildVggDecoder() refuses missing keys, other shapes and values that are not finite", () => {
  const without = randomCheckpoint("decoder");
  without.delete("28.bias");
  refuses(() => buildVggDecoder(without), "wrong_architecture", /no "28\.bias", 3 is needed/);

  const narrow = randomCheckpoint("decoder");
  narrow.set("5.weight", { shape: [64, 256, 3, 3], read: () => new Float32Array() });
  refuses(
    () => buildVggDecoder(narrow),
    "wrong_architecture",
    /its "5\.weight" is 64 x 256 x 3 x 3, 256 x 256 x 3 x 3 is needed/,
  );

  const scalar = randomCheckpoint("decoder");
  scalar.set("8.bias", { shape: [], read: () => Float32Array.of(1) });
  refuses(() => buildVggDecoder(scalar), "wrong_architecture", /"8\.bias" is a scalar/);

  const infinite = randomCheckpoint("decoder");
  infinite.set("1.bias", { shape: [256], read: () => new Float32Array(256).fill(Infinity) });
  refuses(() => buildVggDecoder(infinite), "damaged_checkpoint", /"1\.bias" .* not finite/);
});

Deno.test("buildVggEncoder() and buildVggDecoder() refuse weights that overflow put together", () => {
  const fill = (shape: readonly number[]): Tensor => ({
    shape,
    read: () => new Float32Array(shape.reduce((product, side) => product * side)).fill(3e38),
  });
  const encoder = randomCheckpoint("encoder");
  encoder.set("0.weight", fill([3, 3, 1, 1])).set("2.weight", fill([64, 3, 3, 3]));
  refuses(() => buildVggEncoder(encoder), "damaged_checkpoint", /too large to be finite/);

  const decoder = randomCheckpoint("decoder");
  decoder.set("18.weight", fill([128, 128, 3, 3]));
  refuses(() => buildVggDecoder(decoder), "damaged_checkpoint", /too large to be finite/);
});
