import { ImageError } from "./errors.ts";
import { boxes, find, need, readId } from "./isobmff.ts";
import { assertParts } from "./parts.ts";
import type { Header } from "./probe.ts";
import { startsWith } from "./probe_jpeg.ts";
import type { Orientation } from "./types.ts";

/** What the primary picture of an AVIF is said to be. */
export interface AvifOutline extends Header {
  /** Contents of its `colr` boxes. */
  readonly colors: readonly DataView[];
}

/** Orientation by `irot` (quarter turns to the left), and by `imir` after it: none, axis 0, 1. */
const ORIENTATIONS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/**
 * Reads an AVIF's boxes: size, turns and colour of its primary picture (ISO/IEC 23008-12, section
 * 6; a `clap` box is not applied).
 *
 * @param bytes The AVIF.
 * @returns Its outline; width and height are after orientation.
 * @throws {ImageError} `unsupported_image` for a film without a still.
 * @throws {RangeError} If a box or the size is missing, or there are too many boxes.
 */
export function outlineAvif(bytes: Uint8Array): AvifOutline {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = find(boxes(file), "meta");
  if (!meta) {
    throw new ImageError("unsupported_image", "Cannot read this AVIF: it holds no still picture");
  }
  const parts = boxes(meta, 4);
  const primary = find(parts, "pitm");
  const properties = boxes(need(find(parts, "iprp"), "iprp"));
  const all = boxes(need(find(properties, "ipco"), "ipco"));
  const id = primary ? readId(primary, primary.getUint8(0) > 0, 4) : 0;
  const own = associations(need(find(properties, "ipma"), "ipma"), id)
    .flatMap((index) => all[index - 1] ?? []);
  const size = need(find(own, "ispe"), "ispe");
  const turns = (find(own, "irot")?.getUint8(0) ?? 0) & 3;
  const mirror = find(own, "imir");
  const orientation = ORIENTATIONS[turns]?.[mirror ? 1 + (mirror.getUint8(0) & 1) : 0] ?? 1;
  const sides = [size.getUint32(4), size.getUint32(8)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  const colors = own.filter(({ name }) => name === "colr").map(({ body }) => body);
  const alpha = all.some(({ name, body }) => name === "auxC" && isAlpha(body));
  return { width, height, orientation, frames: 1, alpha, colors };
}

/** What an auxiliary picture is: transparency, by MIAF or by HEVC (section 6.5.8); others are depths. */
const ALPHA_KINDS = ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"];

function isAlpha(auxiliary: DataView): boolean {
  const { buffer, byteOffset, byteLength } = auxiliary;
  const kind = new Uint8Array(buffer, byteOffset, byteLength).subarray(4);
  return ALPHA_KINDS.some((name) => startsWith(kind, `${name}\0`));
}

/** @returns The header alone, see {@linkcode outlineAvif}. */
export function probeAvif(bytes: Uint8Array): Header {
  const { colors: _, ...header } = outlineAvif(bytes);
  return header;
}

/** Numbers of an item's properties, from 1 (`ipma`, section 9.3.1). */
function associations(body: DataView, id: number): number[] {
  const version = body.getUint8(0);
  const wide = (body.getUint8(3) & 1) === 1;
  const entries = body.getUint32(4);
  assertParts(entries);
  let at = 8;
  for (let entry = 0; entry < entries; entry++) {
    const item = readId(body, version > 0, at);
    at += version < 1 ? 2 : 4;
    const count = body.getUint8(at++);
    const step = wide ? 2 : 1;
    if (item === id) {
      return Array.from(
        { length: count },
        (_, i) => wide ? body.getUint16(at + 2 * i) & 0x7fff : body.getUint8(at + i) & 0x7f,
      );
    }
    at += count * step;
  }
  throw new RangeError("the primary picture has no properties");
}
