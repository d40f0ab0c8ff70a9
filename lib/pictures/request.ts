import type { GeometryRequest, OutputRequest } from "../compute/mod.ts";

/** How the one source without a host is named: the picture that ships with the service. */
export const SAMPLE = "/sample.jpg";

/** Where a picture comes from; `sample` is the one that ships with the service. */
export type PictureSource =
  | { readonly url: string }
  | { readonly sample: true }
  | { readonly bytes: Uint8Array<ArrayBuffer> };

/** What the picture is painted in. */
export type StyleChoice =
  | { readonly kind: "none" }
  | { readonly kind: "catalog"; readonly styles: readonly { id: string; weight: number }[] }
  | { readonly kind: "picture"; readonly source: PictureSource };

/** A picture as it is asked for: canonical, so that equal wishes are equal values. */
export interface PictureRequest {
  /** The content. */
  readonly source: PictureSource;
  /** The style or styles; weights sum to 1. */
  readonly style: StyleChoice;
  /** With K styles: K or K-1 grey pictures in their order. */
  readonly masks: readonly PictureSource[];
  /** Content–style trade-off, 0..1. */
  readonly alpha: number;
  /** Whose colours the result has. */
  readonly colour: "style" | "content";
  /** The asked size. */
  readonly geometry: GeometryRequest;
  /** An installed model. */
  readonly model: string;
  /** The form of the result. */
  readonly output: OutputRequest;
}

/** One content in many styles as one picture. */
export interface SheetRequest extends Omit<PictureRequest, "masks" | "style"> {
  /** Ids of the styles, in the order of the cells. */
  readonly styles: readonly string[];
  /** Cells per row. */
  readonly columns: number;
}
