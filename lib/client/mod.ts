/**
 * URLs of the service: built, put in canonical form, written as markup, signed.
 *
 * It needs nothing but Web APIs and runs in browsers after its types are stripped.
 *
 * @module
 */
export {
  type BlendStyle,
  type WeightedStyle,
  writeStyle,
  type WriteStyleOptions,
} from "./blend.ts";
export {
  ALIASES,
  canonicalQuery,
  canonicalTarget,
  DEFAULTS,
  SIGNATURE,
  signingMessage,
} from "./canonical.ts";
export {
  encodeBase64Url,
  importHmacKey,
  KEY_ID,
  MIN_KEY_BYTES,
  readKey,
  type SigningKey,
} from "./keys.ts";
export type {
  Address,
  Duration,
  Fit,
  Format,
  Gravity,
  GravityName,
  InfoParameters,
  PictureParameters,
  SheetParameters,
  StyleParameters,
} from "./parameters.ts";
export {
  escapeHtml,
  pictureMarkup,
  type PictureOptions,
  signedPictureMarkup,
  type SourceFormat,
} from "./picture.ts";
export { createSigner, type SignOptions, signUrl } from "./sign.ts";
export {
  type Candidate,
  signedSrcset,
  type Signer,
  srcset,
  srcsetCandidates,
  type SrcsetSteps,
} from "./srcset.ts";
export { infoUrl, sheetUrl, type StylizeParameters, stylizeUrl } from "./urls.ts";
