import type { CatalogModel, StyleRecord } from "../catalog/mod.ts";
import type { StoredSource } from "./sources.ts";

/** The parts of a request that other parties may change: what keys and entity tags hold. */
export interface Plan {
  /** The model. */
  readonly model: CatalogModel;
  /** Versions of the model, the styles with their weights, and the encoder. */
  readonly versions: readonly (string | number)[];
  /** The styles of the catalog as they were, in the request's order. */
  readonly styles: readonly StyleRecord[];
}

/** The pictures that a request is made of. */
export interface Materials {
  /** The content. */
  readonly content: StoredSource;
  /** The style, where it is a picture. */
  readonly style?: StoredSource;
  /** The masks. */
  readonly masks: readonly StoredSource[];
}

/**
 * @param materials What a picture is made of.
 * @returns Its pictures in one list.
 */
export function allOf({ content, style, masks }: Materials): readonly StoredSource[] {
  return [content, ...masks, ...(style ? [style] : [])];
}
