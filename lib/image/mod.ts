/**
 * Pictures in and out: header, pixels, orientation, size, formats.
 *
 * @module
 */
export { moveToAttention } from "./attention.ts";
export { assertSize, decode, decodeFrames, type DecodeOptions } from "./decode.ts";
export { DEFAULT_QUALITY, encode, type EncodeOptions } from "./encode.ts";
export { type AnimationOptions, encodeAnimation } from "./encode_animation.ts";
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
export { type Reduction, reductionFor } from "./reduction.ts";
export { resize } from "./resize.ts";
export { blank, compositeOn, crop, isOpaque, orient, pad } from "./transform.ts";
export {
  type Animation,
  DEFAULT_LIMITS,
  type Frame,
  type ImageInfo,
  type ImageLimits,
  type Orientation,
  type OutputFormat,
  type Pixels,
  type SourceFormat,
} from "./types.ts";
