/** A picture in memory: interleaved RGBA, sRGB, 8 bit, straight alpha, row by row. */
export interface Pixels {
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `4 * width * height` bytes. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Formats that can be read. */
export type SourceFormat = "avif" | "gif" | "jpeg" | "png" | "tiff" | "webp";

/** Formats that can be written. */
export type OutputFormat = "avif" | "gif" | "jpeg" | "png" | "webp";

/** The eight ways in which a camera may have been held (EXIF tag 274). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What a picture's header says. */
export interface ImageInfo {
  /** The format, by magic bytes. */
  readonly format: SourceFormat;
  /** Pixels per row, after orientation. */
  readonly width: number;
  /** Rows, after orientation. */
  readonly height: number;
  /** How the stored picture is turned. */
  readonly orientation: Orientation;
  /** Pictures of an animation; 1 for a still. */
  readonly frames: number;
  /** Whether the format says that there may be transparency. */
  readonly alpha: boolean;
  /** Length in bytes. */
  readonly bytes: number;
}

/** What of a source is allowed; checked on the header, before anything is allocated. */
export interface ImageLimits {
  /** Most pixels of one frame. */
  readonly maxPixels: number;
  /** Longest side, in pixels. */
  readonly maxSide: number;
  /** Most frames of an animation that is decoded whole. Default 60. */
  readonly maxFrames?: number;
  /** Most pixels of all frames of an animation in sum, as read and as asked. Default 24 megapixels. */
  readonly maxTotalPixels?: number;
}

/**
 * 24 megapixels (96 MB of RGBA) and 12,000 pixels a side; 60 frames, which hold 24 megapixels
 * together.
 */
export const DEFAULT_LIMITS: Required<ImageLimits> = {
  maxPixels: 24_000_000,
  maxSide: 12_000,
  maxFrames: 60,
  maxTotalPixels: 24_000_000,
};

/** One picture of an animation, complete by itself. */
export interface Frame {
  /** What is seen; every frame of an animation has the same size. */
  readonly pixels: Pixels;
  /** How long it is seen, in milliseconds, at least 0. */
  readonly delay: number;
}

/** Pictures that follow one another. */
export interface Animation {
  /** At least one. */
  readonly frames: readonly Frame[];
  /** How often all frames are played, a whole number; 0: for ever. */
  readonly plays: number;
}
