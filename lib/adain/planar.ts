/** A picture in memory: interleaved RGBA, sRGB, 8 bit, straight alpha, row by row. */
export interface RgbaImage {
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `4 * width * height` bytes. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A rectangle in pixels; it may reach beyond the picture, where reflection fills it. */
export interface Rectangle {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * Mirrors a coordinate into a row without repeating the edge: … 2 1 | 0 1 2 3 | 2 1 0 1 …
 *
 * @param position Any integer.
 * @param length Length of the row, at least 1.
 * @returns The index in `0..length - 1`.
 */
export function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((position % period) + period) % period;
  return folded < length ? folded : period - folded;
}

/** What each byte is to the network: 0..1. A table is twice as fast as a division per value. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Cuts a rectangle out of a picture as the network's input; alpha is left behind.
 *
 * @param image The picture.
 * @param area The rectangle; what lies outside the picture is filled by reflection.
 * @param planar Where to write, of exactly the needed length. Default: a new array.
 * @returns Planar RGB float32 `[3, area.height, area.width]`, 0..1.
 */
export function toPlanar(
  image: RgbaImage,
  area: Rectangle,
  planar: Float32Array<ArrayBuffer> = new Float32Array(3 * area.width * area.height),
): Float32Array<ArrayBuffer> {
  const { data } = image;
  const { red, green, blue } = planesOf(planar, area);
  const columns = Int32Array.from(
    { length: area.width },
    (_, i) => 4 * reflect(area.x + i, image.width),
  );
  let to = 0;
  for (let row = 0; row < area.height; row++) {
    const start = 4 * image.width * reflect(area.y + row, image.height);
    for (let column = 0; column < area.width; column++, to++) {
      const from = start + (columns[column] ?? 0);
      red[to] = UNIT[data[from] ?? 0] ?? 0;
      green[to] = UNIT[data[from + 1] ?? 0] ?? 0;
      blue[to] = UNIT[data[from + 2] ?? 0] ?? 0;
    }
  }
  return planar;
}

/**
 * Writes a part of the network's output into a picture; the picture's alpha stays as it is.
 *
 * @param planar Planar RGB float32 `[3, source.height, source.width]`, 0..1.
 * @param source Where the output lies in the picture's coordinates.
 * @param target The picture to write into.
 * @param area The part to write, inside both `source` and the picture.
 */
export function fromPlanar(
  planar: Float32Array,
  { source, target, area }: { source: Rectangle; target: RgbaImage; area: Rectangle },
): void {
  const { red, green, blue } = planesOf(planar, source);
  // The decoder has clamped already, and to cut the fraction off is faster than to round.
  const { buffer, byteOffset, length } = target.data;
  const data = new Uint8Array(buffer, byteOffset, length);
  for (let row = area.y; row < area.y + area.height; row++) {
    let from = (row - source.y) * source.width + (area.x - source.x);
    let to = 4 * (row * target.width + area.x);
    for (const end = from + area.width; from < end; from++, to += 4) {
      data[to] = 255 * (red[from] ?? 0) + 0.5;
      data[to + 1] = 255 * (green[from] ?? 0) + 0.5;
      data[to + 2] = 255 * (blue[from] ?? 0) + 0.5;
    }
  }
}

function planesOf(
  planar: Float32Array,
  { width, height }: Rectangle,
): { red: Float32Array; green: Float32Array; blue: Float32Array } {
  const plane = width * height;
  const cut = (index: number): Float32Array => planar.subarray(index * plane, (index + 1) * plane);
  return { red: cut(0), green: cut(1), blue: cut(2) };
}
