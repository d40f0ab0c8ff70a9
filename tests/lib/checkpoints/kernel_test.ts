import assert from "node:assert/strict";
import { type Convolution, foldPointwise, splitPhases } from "../../../lib/checkpoints/kernel.ts";
import { Message } from "../../../lib/checkpoints/protobuf.ts";
import { seededRandom } from "../../support/random.ts";

type Plane = number[][];

const random = seededRandom(3);

function kernel(out: number, from: number, size: number): Convolution {
  const values = (count: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: count }, () => random() - 0.5);
  return { out, in: from, size, weight: values(out * from * size * size), bias: values(out) };
}

function planes(count: number, size: number): Plane[] {
  return Array.from(
    { length: count },
    () => Array.from({ length: size }, () => Array.from({ length: size }, random)),
  );
}

/** A convolution in double precision; `at` says which value lies at a place outside. */
function convolve(
  input: readonly Plane[],
  { out, in: from, size, weight, bias }: Convolution,
  at: (position: number, length: number) => number,
): Plane[] {
  const length = input[0]?.length ?? 0;
  const reach = size >> 1;
  return Array.from(
    { length: out },
    (_, o) =>
      Array.from({ length }, (_, y) =>
        Array.from({ length }, (_, x) => {
          let sum = bias[o] ?? 0;
          for (let i = 0; i < from * size * size; i++) {
            const [plane, row, column] = [
              Math.floor(i / size ** 2),
              Math.floor(i / size) % size,
              i % size,
            ];
            const value = input[plane]?.[at(y + row - reach, length)]
              ?.[at(x + column - reach, length)];
            sum += (weight[o * from * size * size + i] ?? 0) * (value ?? NaN);
          }
          return sum;
        })),
  );
}

const reflect = (position: number, length: number): number =>
  position < 0 ? -position : position >= length ? 2 * length - 2 - position : position;
const edge = (position: number, length: number): number =>
  Math.min(length - 1, Math.max(0, position));

function near(a: unknown, b: readonly Plane[]): void {
  const flat = [a].flat(3) as number[];
  b.flat(2).forEach((value, i) => assert(Math.abs(value - (flat[i] ?? NaN)) < 1e-6));
}

Deno.test("foldPointwise() equals both convolutions under reflection padding", () => {
  const [colour, next] = [kernel(3, 3, 1), kernel(4, 3, 3)];
  const input = planes(3, 5);
  const expected = convolve(convolve(input, colour, reflect), next, reflect);
  near(convolve(input, foldPointwise(colour, next), reflect), expected);
});

Deno.test("splitPhases() equals doubling, reflection padding and the 3x3 convolution", () => {
  const next = kernel(2, 3, 3);
  const input = planes(3, 4);
  const doubled = input.map((plane) =>
    Array.from(
      { length: 8 },
      (_, y) => Array.from({ length: 8 }, (_, x) => plane[y >> 1]?.[x >> 1] ?? NaN),
    )
  );
  const expected = convolve(doubled, next, reflect);
  const phases = splitPhases(next).map((phase, i) => {
    // A 2x2 kernel reaches one back here; the later phase looks one ahead instead.
    const [below, right] = [i >> 1, i & 1];
    const whole = input.map((plane) =>
      Array.from(
        { length: 5 },
        (_, y) =>
          Array.from({ length: 5 }, (_, x) =>
            plane[edge(y - 1 + below, 4)]?.[edge(x - 1 + right, 4)] ?? NaN),
      )
    );
    return convolve(whole, phase, (position) => Math.max(0, position))
      .map((plane) => plane.slice(1).map((row) => row.slice(1)));
  });
  near(
    expected.map((plane, out) =>
      plane.map((row, y) =>
        row.map((_, x) => phases[2 * (y & 1) + (x & 1)]?.[out]?.[y >> 1]?.[x >> 1] ?? NaN)
      )
    ),
    expected,
  );
});

Deno.test("Message writes the protobuf wire format", () => {
  const inner = new Message().int(1, 150).int(2, 2 ** 40);
  const bytes = new Message().add(2, "testing").add(3, inner).add(4, Uint8Array.of(9)).finish();
  assert.equal(
    bytes.toHex(),
    "120774657374696e67" + "1a0a" + "089601" + "10808080808020" + "220109",
  );
});
