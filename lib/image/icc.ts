/** How device colours become linear sRGB. */
export interface ColorTransform {
  /** For R, G and B: linear light 0..1 of the byte values 0..255. */
  readonly curves: readonly [Float32Array, Float32Array, Float32Array];
  /** Row by row: 3 x 3 from linear device colours to linear sRGB. */
  readonly matrix: readonly number[];
}

/** XYZ relative to D50 to linear sRGB: the inverse of sRGB's own colorants, adapted by Bradford. */
const XYZ_TO_SRGB = [
  3.1338561,
  -1.6168667,
  -0.4906146,
  -0.9787684,
  1.9161415,
  0.0334540,
  0.0719453,
  -0.2289914,
  1.4052427,
] as const;

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/**
 * Reads an ICC profile that is a matrix with curves, or a grey curve (ICC.1:2022, sections 8.3 and
 * 8.5); the rendering is relative colorimetric. Profiles that are tables only are not read: without
 * them a picture's colours are nearly right, and refusing it would help nobody.
 *
 * @param profile The profile.
 * @returns Its transform; null where it is no such profile, or damaged.
 */
export function readProfile(profile: Uint8Array): ColorTransform | null {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  try {
    if (text(view, 36) !== "acsp" || text(view, 20) !== "XYZ ") return null;
    const tags = readTags(view);
    switch (text(view, 16)) {
      case "RGB ":
        return readMatrixProfile(tags);
      case "GRAY": {
        const curve = readCurve(need(tags, "kTRC"));
        return { curves: [curve, curve, curve], matrix: IDENTITY };
      }
      default:
        return null;
    }
  } catch (error) {
    // Browsers, too, show a picture whose profile is damaged.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Multiplies the colorants of a colour space with the way from XYZ to linear sRGB.
 *
 * @param colorants XYZ relative to D50 of red, of green, of blue.
 * @returns 3 x 3, row by row: from the space's linear colours to linear sRGB.
 */
export function matrixOf(colorants: readonly (readonly number[])[]): number[] {
  return [0, 1, 2].flatMap((row) =>
    colorants.map((xyz) =>
      xyz.reduce((sum, value, i) => sum + (XYZ_TO_SRGB[3 * row + i] ?? 0) * value, 0)
    )
  );
}

function readMatrixProfile(tags: ReadonlyMap<string, DataView>): ColorTransform {
  const colorants = ["rXYZ", "gXYZ", "bXYZ"].map((name) => {
    const tag = need(tags, name);
    return [8, 12, 16].map((at) => fixed(tag, at));
  });
  return {
    curves: [
      readCurve(need(tags, "rTRC")),
      readCurve(need(tags, "gTRC")),
      readCurve(need(tags, "bTRC")),
    ],
    matrix: matrixOf(colorants),
  };
}

function readTags(view: DataView): Map<string, DataView> {
  const tags = new Map<string, DataView>();
  for (let i = 0; i < Math.min(100, view.getUint32(128)); i++) {
    const entry = 132 + 12 * i;
    const [at, length] = [view.getUint32(entry + 4), view.getUint32(entry + 8)];
    tags.set(text(view, entry), new DataView(view.buffer, view.byteOffset + at, length));
  }
  return tags;
}

function need(tags: ReadonlyMap<string, DataView>, name: string): DataView {
  const tag = tags.get(name);
  if (!tag) throw new RangeError(`there is no tag ${name}`);
  return tag;
}

/** A tone curve at the 256 byte values (sections 10.6 and 10.18). */
function readCurve(tag: DataView): Float32Array {
  const curve = text(tag, 0) === "para" ? parametric(tag) : sampled(tag);
  return Float32Array.from({ length: 256 }, (_, i) => Math.min(1, Math.max(0, curve(i / 255))));
}

type Curve = (x: number) => number;

function sampled(tag: DataView): Curve {
  if (text(tag, 0) !== "curv") throw new RangeError("an unknown kind of curve");
  const count = tag.getUint32(8);
  if (count === 0) return (x) => x;
  if (count === 1) {
    const gamma = tag.getUint16(12) / 256;
    return (x) => x ** gamma;
  }
  const value = (i: number): number => tag.getUint16(12 + 2 * Math.min(i, count - 1)) / 65535;
  return (x) => {
    const place = x * (count - 1);
    const below = Math.floor(place);
    return value(below) + (place - below) * (value(below + 1) - value(below));
  };
}

/** Parameters of the five kinds: g; a b; c; d; e f. */
const PARAMETERS = [1, 3, 4, 5, 7] as const;

function parametric(tag: DataView): Curve {
  const kind = tag.getUint16(8);
  const count = PARAMETERS[kind];
  if (count === undefined) throw new RangeError(`an unknown parametric curve ${kind}`);
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: count },
    (_, i) => fixed(tag, 12 + 4 * i),
  );
  const power = (x: number): number => Math.max(0, a * x + b) ** g;
  switch (kind) {
    case 0:
      return (x) => x ** g;
    case 1:
    case 2:
      return (x) => x >= -b / a ? power(x) + c : c;
    default:
      return (x) => x >= d ? power(x) + e : c * x + f;
  }
}

/** s15Fixed16Number. */
function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65536;
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
