import { Buffer } from "node:buffer";
import * as blurhash from "blurhash";
import { rgbaToThumbHash } from "thumbhash";
import { compositeOn, decode, encode, type Pixels, resize } from "../image/mod.ts";
import { naming } from "../naming.ts";
import type { DescribeJob, Description } from "./job.ts";
import { dominantColours } from "./colours.ts";
import type { StageClock } from "./stage_clock.ts";

/** Longest side at which a picture is looked at; ThumbHash takes 100 at the most. */
const LOOK_SIDE = 96;

/** Longest side of the placeholder. */
const PLACEHOLDER_SIDE = 20;

/** What a BlurHash, which knows no transparency, is seen on: a page. */
const PAGE = [255, 255, 255] as const;

/**
 * Looks at a picture.
 *
 * @param job The job.
 * @param clock Lets an abort in.
 * @returns Its colours and placeholders.
 * @throws {ImageError} If it is refused.
 */
export async function describe(job: DescribeJob, clock: StageClock): Promise<Description> {
  const picture = await clock.time(
    "decode",
    () => naming(job.name, () => decode(job.source, job.limits)),
  );
  const small = await clock.time("resize", () => shrink(picture, LOOK_SIDE));
  const tiny = await shrink(small, PLACEHOLDER_SIDE);
  const { width, height, data } = small;
  const placeholder = await encode(tiny, { format: "webp", quality: 40 });
  return {
    colours: dominantColours(small),
    thumbhash: base64(rgbaToThumbHash(width, height, data)),
    blurhash: blurhash.encode(compositeOn(small, PAGE).data, width, height, 4, 3),
    placeholder: `data:image/webp;base64,${base64(placeholder)}`,
  };
}

async function shrink(picture: Pixels, side: number): Promise<Pixels> {
  const factor = Math.min(1, side / Math.max(picture.width, picture.height));
  const scaled = (length: number): number => Math.max(1, Math.round(length * factor));
  return await resize(picture, { width: scaled(picture.width), height: scaled(picture.height) });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
