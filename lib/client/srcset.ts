import { assertObject, badValue } from "./bad_value.ts";
import { type StylizeParameters, stylizeUrl } from "./urls.ts";

/** The sizes that a browser may choose from: widths in pixels, or densities 1..4. */
export type SrcsetSteps =
  | { readonly widths: readonly number[]; readonly densities?: undefined }
  | { readonly densities: readonly number[]; readonly widths?: undefined };

/** One choice of a `srcset`. */
export interface Candidate {
  /** The picture. */
  readonly url: string;
  /** `640w` or `2x`. */
  readonly descriptor: string;
}

/** Makes a signed URL of an unsigned one; see `createSigner`. */
export type Signer = (url: string) => Promise<string>;

/**
 * The choices of a `srcset`, smallest first, each size once.
 *
 * @param base Where the service is.
 * @param parameters The picture. With widths, `h` keeps its proportion to `w`, and `dpr` does not
 * count: a width says how many pixels the picture has.
 * @param steps Widths or densities.
 * @returns URLs and descriptors.
 * @throws {RangeError} If there is no step or one is outside its range.
 * @throws {TypeError} If `h` is given without `w` and there are widths, or the base or a parameter
 * cannot be used.
 */
export function srcsetCandidates(
  base: string | URL,
  parameters: StylizeParameters,
  steps: SrcsetSteps,
): Candidate[] {
  assertObject("parameters", parameters);
  assertObject("widths or densities", steps);
  const given = steps.widths ?? steps.densities ?? [];
  if (!Array.isArray(given)) throw badValue("widths or densities", "a list of numbers", given);
  const sizes = [...new Set<number>(given)].sort((a, b) => a - b);
  if (sizes.length === 0) throw new RangeError("Cannot make a srcset without widths or densities");
  return sizes.map((size) =>
    steps.widths
      ? { url: stylizeUrl(base, atWidth(parameters, size)), descriptor: `${size}w` }
      : { url: stylizeUrl(base, { ...parameters, dpr: size }), descriptor: `${size}x` }
  );
}

/**
 * The text of a `srcset` attribute, before HTML escaping.
 *
 * @param base Where the service is.
 * @param parameters The picture.
 * @param steps Widths (then also write `sizes`) or densities.
 * @returns Comma-separated choices.
 * @throws {RangeError} If there is no step or one is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 *
 * @example Densities
 * ```ts
 * import { srcset } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   srcset("", { url: "/sample.jpg", style: "none", w: 90 }, { densities: [1, 2] }),
 *   "/v1/stylize?style=none&url=%2Fsample.jpg&w=90 1x, " +
 *     "/v1/stylize?dpr=2&style=none&url=%2Fsample.jpg&w=90 2x",
 * );
 * ```
 */
export function srcset(
  base: string | URL,
  parameters: StylizeParameters,
  steps: SrcsetSteps,
): string {
  return joinCandidates(srcsetCandidates(base, parameters, steps));
}

/**
 * The text of a `srcset` attribute with signed URLs, before HTML escaping.
 *
 * @param base Where the service is.
 * @param parameters The picture.
 * @param steps Widths or densities, and the signer.
 * @returns Comma-separated choices.
 * @throws {RangeError} If there is no step or one is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 */
export async function signedSrcset(
  base: string | URL,
  parameters: StylizeParameters,
  steps: SrcsetSteps & { readonly sign: Signer },
): Promise<string> {
  return joinCandidates(
    await signCandidates(srcsetCandidates(base, parameters, steps), steps.sign),
  );
}

/**
 * Signs the URL of each choice.
 *
 * @param candidates The choices.
 * @param sign Makes a signed URL of an unsigned one.
 * @returns The choices in their order.
 */
export async function signCandidates(
  candidates: readonly Candidate[],
  sign: Signer,
): Promise<Candidate[]> {
  return await Promise.all(
    candidates.map(async (one) => ({ ...one, url: await sign(one.url) })),
  );
}

/**
 * Joins choices to the text of a `srcset` attribute.
 *
 * @param candidates The choices; canonical URLs hold no spaces and no commas.
 * @returns The text.
 */
export function joinCandidates(candidates: readonly Candidate[]): string {
  return candidates.map(({ url, descriptor }) => `${url} ${descriptor}`).join(", ");
}

function atWidth(parameters: StylizeParameters, width: number): StylizeParameters {
  const { w, h } = parameters;
  // Said, not left out: a preset may have another.
  const sized = { ...parameters, w: width, dpr: 1 };
  if (h === undefined) return sized;
  if (w === undefined) {
    throw new TypeError("Cannot make a srcset of widths with h alone: give w beside it");
  }
  return { ...sized, h: Math.max(1, Math.round(h * width / w)) };
}
