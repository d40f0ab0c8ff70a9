/**
 * Measures what a plain thumbnail is made of, in turns within one process: decoding and resizing
 * with and without decoding at reduced scale, and the encoders beside the same libraries at their
 * own settings.
 *
 *     deno task bench:stages [--width 320] [--rounds 15]
 *
 * Prints the tables of docs/performance.md: medians in one thread, of the sample picture.
 */
import {
  decode,
  encode,
  type Pixels,
  planGeometry,
  probe,
  reductionFor,
  resize,
} from "../../lib/image/mod.ts";
import { race } from "./_race.ts";
import { readOptions } from "./_options.ts";
import { header, row } from "./_report.ts";

const LIMITS = { maxPixels: 1e8, maxSide: 2 ** 14 };

/** Quality of every encoder, near the service's own. */
const QUALITY = { avif: 55, jpeg: 75, webp: 75 };

const values = readOptions("bench:stages", {
  width: "320",
  rounds: "15",
});

const rounds = Number(values.rounds);

/** Writes a picture with the library's own settings. */
type Peer = (picture: ImageData, quality: number) => Promise<ArrayBuffer>;

/** The same encoders with nothing but the quality chosen. */
const PEERS: Readonly<Record<keyof typeof QUALITY, Peer>> = {
  jpeg: async (picture, quality) =>
    await (await import("@jsquash/jpeg")).encode(picture, { quality }),
  webp: async (picture, quality) =>
    await (await import("@jsquash/webp")).encode(picture, { quality }),
  avif: async (picture, quality) =>
    await (await import("@jsquash/avif")).encode(picture, { quality }),
};

/** Decibels between a picture and what an encoder made of it, over RGB. */
async function psnr(picture: Pixels, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const { data } = await decode(bytes, LIMITS);
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    if (i % 4 !== 3) sum += ((data[i] ?? 0) - (picture.data[i] ?? 0)) ** 2;
  }
  return -10 * Math.log10(sum / (0.75 * data.length) / 255 ** 2);
}

const photo = await Deno.readFile(new URL("../../static/sample.jpg", import.meta.url));
const info = probe(photo);
const plan = planGeometry(info, {
  width: Number(values.width),
  fit: "cover",
  gravity: { x: 0.5, y: 0.5 },
  dpr: 1,
  enlarge: false,
  maxSide: LIMITS.maxSide,
});
const reduction = reductionFor(info, plan.crop, plan.size);
const whole = await decode(photo, LIMITS);
const reduced = await decode(photo, LIMITS, { reduction });
const small = await resize(whole, plan.size);

const steps = [
  () => decode(photo, LIMITS, { reduction }),
  () => decode(photo, LIMITS),
  () => resize(reduced, plan.size),
  () => resize(whole, plan.size),
];
const [decodeReduced = NaN, decodeWhole = NaN, resizeReduced = NaN, resizeWhole = NaN] = await race(
  steps,
  rounds,
);
header("stage", "ms", "without reduction", "ratio");
const compared = (name: string, ms: number, peer: number): void =>
  row([name, ms.toFixed(1), peer.toFixed(1), (ms / peer).toFixed(2)]);
compared(`decode ${info.width}x${info.height} JPEG, 1/${reduction}`, decodeReduced, decodeWhole);
compared(`resize to ${plan.size.width}x${plan.size.height}`, resizeReduced, resizeWhole);

header("encoder", "ms", "of the library's", "bytes", "library's", "PSNR dB", "library's");
const image = new ImageData(small.data, small.width, small.height);
for (const [format, quality] of Object.entries(QUALITY) as [keyof typeof QUALITY, number][]) {
  const ours = (): Promise<Uint8Array<ArrayBuffer>> => encode(small, { format, quality });
  const theirs = async (): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await PEERS[format](image, quality));
  const [ms = NaN, peer = NaN] = await race([ours, theirs], rounds);
  const [own, other] = [await ours(), await theirs()];
  row([
    ...[`${format}, quality ${quality}`, ms.toFixed(1), (ms / peer).toFixed(2)],
    ...[own.length, other.length],
    ...[(await psnr(small, own)).toFixed(1), (await psnr(small, other)).toFixed(1)],
  ]);
}
