import type { Statistics, StyleShape } from "../adain/mod.ts";
import type { StateLines } from "../state_log.ts";

/** An installed model, as far as statistics depend on it. */
export interface CatalogModel extends StyleShape {
  /** Name of the model. */
  readonly name: string;
  /** Hash of its graphs. */
  readonly version: string;
}

/** What a style picture turns out to be. */
export interface StyleAnalysis {
  /** Statistics for the model that was asked. */
  readonly statistics: Statistics;
  /** Pixels per row, after orientation. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** How statistics are computed for one caller. */
export interface AnalyzeOptions {
  /** The caller is gone: the computation need not go on. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes that it holds while it runs, decoded pixels included. Default: those of the picture. */
  readonly bytes?: number;
}

/** What a catalog works with. */
export interface CatalogOptions {
  /** An open Deno KV. */
  readonly kv: Deno.Kv;
  /** Computes statistics of a picture for a model; throws if the picture is refused. */
  readonly analyze: (
    picture: Uint8Array<ArrayBuffer>,
    model: CatalogModel,
    options?: AnalyzeOptions,
  ) => Promise<StyleAnalysis>;
  /** Milliseconds that a record read from KV is used without looking again. Default 500. */
  readonly recordLife?: number;
  /** Milliseconds that KV may take for one answer before it counts as away. Default: any. */
  readonly patience?: number;
  /** Told when KV fails or is slow, and when it works again, once each. Default: nobody. */
  readonly log?: StateLines;
}
