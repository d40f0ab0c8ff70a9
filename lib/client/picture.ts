import { assertObject, badValue } from "./bad_value.ts";
import type { Format } from "./parameters.ts";
import {
  type Candidate,
  joinCandidates,
  signCandidates,
  type Signer,
  srcsetCandidates,
  type SrcsetSteps,
} from "./srcset.ts";
import { ANIMATED_FORMATS, type StylizeParameters } from "./urls.ts";

/** A format that a `<source>` may have. */
export type SourceFormat = Exclude<Format, "auto">;

/** What the markup holds beside the URLs. */
export type PictureOptions = SrcsetSteps & {
  /** What the picture shows, for those who do not see it; empty for decoration. */
  readonly alt: string;
  /**
   * Formats, best first; the last is the `<img>`. Default avif, webp, jpeg; with all frames webp, gif,
   * and no others are allowed.
   */
  readonly formats?: readonly SourceFormat[] | undefined;
  /** The `sizes` attribute; needed with widths. Default `100vw`. */
  readonly sizes?: string | undefined;
  /** The `class` of the `<img>`. */
  readonly className?: string | undefined;
  /** The `width` of the `<img>` in CSS pixels, so that the page does not jump. */
  readonly width?: number | undefined;
  /** The `height` of the `<img>` in CSS pixels. */
  readonly height?: number | undefined;
  /** When the browser loads it. Default `lazy`. */
  readonly loading?: "lazy" | "eager" | undefined;
};

const STILL: readonly SourceFormat[] = ["avif", "webp", "jpeg"];

interface Source {
  readonly format: SourceFormat;
  readonly candidates: readonly Candidate[];
}

/**
 * A `<picture>` element from which a browser takes the best format and size that it can show.
 *
 * @param base Where the service is.
 * @param parameters The picture; `fm` is replaced by each format, `dpr` by the widths or densities.
 * @param options Widths or densities, and attributes.
 * @returns HTML, every value escaped.
 * @throws {RangeError} If there is no step, no format, or a number is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 */
export function pictureMarkup(
  base: string | URL,
  parameters: StylizeParameters,
  options: PictureOptions,
): string {
  return render(plan(base, parameters, options), options);
}

/**
 * A `<picture>` element with signed URLs; for servers, where the key is.
 *
 * @param base Where the service is.
 * @param parameters The picture; `fm` is replaced by each format, `dpr` by the widths or densities.
 * @param options Widths or densities, attributes, and the signer.
 * @returns HTML, every value escaped.
 * @throws {RangeError} If there is no step, no format, or a number is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 */
export async function signedPictureMarkup(
  base: string | URL,
  parameters: StylizeParameters,
  options: PictureOptions & { readonly sign: Signer },
): Promise<string> {
  const sources = await Promise.all(
    plan(base, parameters, options).map(async ({ format, candidates }) => ({
      format,
      candidates: await signCandidates(candidates, options.sign),
    })),
  );
  return render(sources, options);
}

/**
 * Escapes text for HTML, in elements and in quoted attributes.
 *
 * @param text Any text.
 * @returns The text without markup.
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function plan(
  base: string | URL,
  parameters: StylizeParameters,
  options: PictureOptions,
): Source[] {
  assertObject("parameters", parameters);
  assertObject("options", options);
  const formats = options.formats ?? (parameters.frames === "all" ? ANIMATED_FORMATS : STILL);
  if (!Array.isArray(formats)) throw badValue("formats", "a list of formats", formats);
  if (formats.length === 0) throw new RangeError("Cannot make a picture without formats");
  return formats.map((format) => ({
    format,
    candidates: srcsetCandidates(base, { ...parameters, fm: format }, options),
  }));
}

function render(sources: readonly Source[], options: PictureOptions): string {
  const sizes = options.widths ? options.sizes ?? "100vw" : undefined;
  const lines = sources.slice(0, -1).map(({ format, candidates }) =>
    `  <source${
      attributes({ type: `image/${format}`, srcset: joinCandidates(candidates), sizes })
    }>`
  );
  const candidates = sources.at(-1)?.candidates ?? [];
  const image = attributes({
    src: candidates[0]?.url,
    srcset: joinCandidates(candidates),
    sizes,
    alt: options.alt,
    width: options.width,
    height: options.height,
    class: options.className,
    loading: options.loading ?? "lazy",
    decoding: "async",
  });
  return ["<picture>", ...lines, `  <img${image}>`, "</picture>"].join("\n");
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`)
    .join("");
}
