import type { BlendStyle } from "./blend.ts";

/** How the picture fills the asked box. */
export type Fit = "inside" | "outside" | "cover" | "contain" | "fill";

/** A side or corner that is kept when the picture is cut. */
export type GravityName =
  | "center"
  | "top"
  | "bottom"
  | "left"
  | "right"
  | "top-left"
  | "top-right"
  | "bottom-left"
  | "bottom-right"
  | "attention";

/** What is kept when the picture is cut; a point is a share of width and height, 0..1 from top left. */
export type Gravity = GravityName | { readonly x: number; readonly y: number };

/** A picture's format; `auto` is chosen by the browser's `Accept`. */
export type Format = "auto" | "avif" | "webp" | "jpeg" | "png" | "gif";

/** How long an answer is fresh: `90s`, `10m`, `1h`, `30d`; a whole number, from `60s` to `365d`. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

/** An absolute http(s) URL, or `/sample.jpg`. */
export type Address = string | URL;

/** What every picture may have; an absent parameter has the service's default. */
export interface PictureParameters {
  /** URL of the content picture. */
  readonly url: Address;
  /** Content–style trade-off, 0..1. Default 1: all style. */
  readonly alpha?: number | undefined;
  /** Whose colours the result has. Default `style`. */
  readonly color?: "style" | "content" | undefined;
  /** Width in CSS pixels, 1..16383; the server's longest side bounds it. */
  readonly w?: number | undefined;
  /** Height in CSS pixels, 1..16383; the server's longest side bounds it. */
  readonly h?: number | undefined;
  /** How the picture fills the box. Default `inside`, which never enlarges. */
  readonly fit?: Fit | undefined;
  /** What is kept when the picture is cut. Default `center`. */
  readonly g?: Gravity | undefined;
  /** Device pixels per CSS pixel, 1..4. Default 1. */
  readonly dpr?: number | undefined;
  /** Background as hexadecimal RGB: `fff` or `ffffff`, with or without `#`. */
  readonly bg?: string | undefined;
  /** Format. Default `auto`. */
  readonly fm?: Format | undefined;
  /** Quality, 1..100. Default: per format. */
  readonly q?: number | undefined;
  /** An installed model. Default: the server's. */
  readonly model?: string | undefined;
  /** A named set of parameters on the server; the others override it. */
  readonly preset?: string | undefined;
  /** How long the answer is fresh; caches may show it for longer. Default: the server's. */
  readonly maxage?: Duration | undefined;
  /** The name under which the picture is saved: 1 to 150 characters, without `/` and `\`. */
  readonly filename?: string | undefined;
  /** Whether browsers save the picture instead of showing it. Default false. */
  readonly download?: boolean | undefined;
}

/** Parameters of a picture in a style or a blend of styles. */
export interface StyleParameters {
  /** A style's id, `none` for a plain thumbnail, or a blend. */
  readonly style?: BlendStyle | undefined;
  /** URL of any picture that serves as the style; not together with `style`. */
  readonly styleUrl?: Address | undefined;
  /** URLs of grey masks, one per style in the styles' order; the last may be left out. */
  readonly mask?: Address | readonly Address[] | undefined;
  /** Frames of an animation: the first, or all (`fm` auto, webp or gif). Default 1. */
  readonly frames?: 1 | "all" | undefined;
  /** What comes instead of a failed picture: an error, the original, or a redirect to a URL. */
  readonly onerror?: "error" | "original" | URL | `http${string}` | undefined;
}

/** Parameters of `/v1/info`: of the source, or with a style of the stylised result. */
export type InfoParameters =
  & Omit<PictureParameters, "filename" | "download">
  & Omit<StyleParameters, "onerror">;

/** Parameters of `/v1/sheet`: one content in many styles. */
export interface SheetParameters extends PictureParameters {
  /** Ids of up to 24 styles, in their order. */
  readonly styles: readonly string[];
  /** Cells per row, 1..24. Default: as square as can be. */
  readonly columns?: number | undefined;
}
