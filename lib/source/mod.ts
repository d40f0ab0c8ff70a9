/**
 * Where content pictures come from: guarded fetching of URLs that strangers name.
 *
 * @module
 */
export { checkRange, isInRanges, isPublicAddress } from "./address.ts";
export { SourceError, type SourceErrorCode } from "./errors.ts";
export {
  fetchImage,
  type FetchOptions,
  type SourceImage,
  type SourceValidators,
} from "./fetch_image.ts";
export { DEFAULT_SOURCE_POLICY, type SourcePolicy } from "./policy.ts";
export { LOOP_HEADER } from "./request.ts";
export type { HostAddress, Resolver } from "./resolve.ts";
export { parseSourceUrl } from "./url.ts";
