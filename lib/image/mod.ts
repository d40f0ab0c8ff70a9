/**
 * Pictures in and out: header, pixels, orientation, size, formats.
 *
 * @module
 */
export { decode } from "./decode.ts";
export { DEFAULT_QUALITY, encode, type EncodeOptions } from "./encode.ts";
export { ImageError, type ImageErrorCode } from "./errors.ts";
export {
  type Area,
  type Fit,
  type Geometry,
  type GeometryWish,
  type Gravity,
  planGeometry,
  type Size,
} from "./geometry.ts";
export { probe } from "./probe.ts";
export { resize } from "./resize.ts";
export { blank, compositeOn, crop, orient, pad } from "./transform.ts";
export {
  DEFAULT_LIMITS,
  type ImageInfo,
  type ImageLimits,
  type Orientation,
  type OutputFormat,
  type Pixels,
  type SourceFormat,
} from "./types.ts";
