import type { PictureSource, StyleChoice } from "./request.ts";

/** One of the pictures that a request is made of. */
export interface NamedSource {
  /** The parameter or the part that brings it; masks are counted from 1. */
  readonly name: string;
  /** Where it is. */
  readonly source: PictureSource;
}

/**
 * @param source A request's content.
 * @returns The same with its name.
 */
export function namedContent(source: PictureSource): NamedSource {
  return { name: "bytes" in source ? "image" : "url", source };
}

/**
 * @param style A request's style.
 * @returns Its picture; undefined where it is none.
 */
export function namedStyle(style: StyleChoice): NamedSource | undefined {
  if (style.kind !== "picture") return undefined;
  const { source } = style;
  return { name: "bytes" in source ? "style_image" : "style_url", source };
}

/**
 * @param masks A request's masks.
 * @returns The same with their names.
 */
export function namedMasks(masks: readonly PictureSource[]): NamedSource[] {
  return masks.map((source, k) => ({ name: `mask ${k + 1}`, source }));
}
