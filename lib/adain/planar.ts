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
  const plane = area.width * area.height;
  const columns = Int32Array.from(
    { length: area.width },
    (_, i) => 4 * reflect(area.x + i, image.width),
  );
  const { data } = image;
  let to = 0;
  for (let row = 0; row < area.height; row++) {
    const start = 4 * image.width * reflect(area.y + row, image.height);
    for (let column = 0; column < area.width; column++, to++) {
      const from = start + (columns[column] ?? 0);
      planar[to] = (data[from] ?? 0) / 255;
      planar[to + plane] = (data[from + 1] ?? 0) / 255;
      planar[to + 2 * plane] = (data[from + 2] ?? 0) / 255;
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
  const plane = source.width * source.height;
  for (let row = area.y; row < area.y + area.height; row++) {
    let from = (row - source.y) * source.width + (area.x - source.x);
    let to = 4 * (row * target.width + area.x);
    for (let column = 0; column < area.width; column++, from++, to += 4) {
      target.data[to] = 255 * (planar[from] ?? 0);
      target.data[to + 1] = 255 * (planar[from + plane] ?? 0);
      target.data[to + 2] = 255 * (planar[from + 2 * plane] ?? 0);
    }
  }
}
