/**
 * Arbitrary style transfer by adaptive instance normalization (Huang & Belongie, ICCV 2017).
 *
 * Open a model with {@linkcode loadModel} and {@linkcode Stylizer.open}; compute a style's
 * {@linkcode Statistics} once with {@linkcode Stylizer.analyze}; paint with
 * {@linkcode Stylizer.stylize}. The pure parts ({@linkcode blend}, {@linkcode affine},
 * {@linkcode statistics}) can be used alone.
 *
 * @module
 */
export { type Affine, affine } from "./affine.ts";
export { blend, MAX_STYLES, normaliseWeights, type WeightedStatistics } from "./blend.ts";
export { DEFAULT_MEMORY_BUDGET } from "./budget.ts";
export { keepContentColour } from "./colour.ts";
export type { EncodedContent } from "./content.ts";
export { type ColourMoments, colourMoments, matchColours } from "./match_colours.ts";
export { AdainError, type AdainErrorCode } from "./errors.ts";
export { loadModel, type Manifest, type Model, type ModelFile, parseManifest } from "./manifest.ts";
export type { Grid, Mask } from "./masks.ts";
export type { Features, RuntimeOptions } from "./onnx.ts";
export type { Rectangle, RgbaImage } from "./planar.ts";
export type { Provider } from "./provider.ts";
export type { Target } from "./regions.ts";
export { type Smoothing, smoothStatistics, statisticsDistance } from "./smoothing.ts";
export {
  assertStatistics,
  averageStatistics,
  EPSILON,
  packStatistics,
  type Statistics,
  statistics,
  type StyleShape,
  unpackStatistics,
} from "./statistics.ts";
export { STYLE_SIDE, Stylizer } from "./stylizer.ts";
export type { FramesOptions, StylizerOptions } from "./stylizer_options.ts";
export type { Tile } from "./tiles.ts";
export { nextTurn } from "./turn.ts";
