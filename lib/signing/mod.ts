/**
 * Signed URLs: the service's side. `lib/client` signs.
 *
 * @module
 */
export { parseKeys, type SigningKeys } from "./keys.ts";
export { type Verdict, verify } from "./verify.ts";
