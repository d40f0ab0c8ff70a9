import { concat } from "../../../lib/concat.ts";
import { LAYERS, type Part } from "../../../lib/checkpoints/vgg_layers.ts";
import type { Checkpoint } from "../../../lib/checkpoints/mod.ts";
import type { Tensor } from "../../../lib/checkpoints/tensor.ts";
import { seededRandom } from "../../support/random.ts";

/** Random values, over and over: random enough for a picture, and quick for millions. */
const RANDOM = Float32Array.from({ length: 4093 }, seededRandom(1));

/** Random weights of the needed shapes, small enough that values stay in range. */
export function randomCheckpoint(part: Part): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { index, out, in: from, size } of LAYERS[part]) {
    const spread = Math.sqrt(24 / (from * size * size));
    const some = RANDOM.map((value) => spread * (value - 0.5));
    const read = (): Float32Array<ArrayBuffer> => {
      const values = new Float32Array(out * from * size * size);
      for (let at = 0; at < values.length; at += some.length) {
        values.set(some.subarray(0, values.length - at), at);
      }
      return values;
    };
    tensors.set(`${index}.weight`, { shape: [out, from, size, size], read });
    tensors.set(`${index}.bias`, { shape: [out], read: () => new Float32Array(out).fill(0.01) });
  }
  return tensors;
}

/** Writes tensors as safetensors of float32. */
export function toSafetensors(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, { shape, read }] of checkpoint) {
    const bytes = new Uint8Array(read().buffer);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  return joinSafetensors(header, parts);
}

/** Puts a safetensors file together from a header and its elements. */
export function joinSafetensors(
  header: unknown,
  parts: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return concat([length, text, ...parts]);
}
