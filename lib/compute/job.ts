import type { Statistics } from "../adain/mod.ts";
import type { Fit, Gravity, ImageLimits, OutputFormat } from "../image/mod.ts";

/** How the source is brought to the asked size before it is painted. */
export interface GeometryRequest {
  /** Asked width in CSS pixels; absent: from the height, or the source's. */
  readonly width?: number;
  /** Asked height in CSS pixels. */
  readonly height?: number;
  /** How the source fits the asked box. */
  readonly fit: Fit;
  /** What stays visible where the source is cut. */
  readonly gravity: Gravity;
  /** Device pixels per CSS pixel. */
  readonly dpr: number;
  /** Whether a source smaller than the box may be enlarged. */
  readonly enlarge: boolean;
  /** The longest side allowed for the result, in pixels. */
  readonly maxSide: number;
}

/** What the picture is to become; statistics are of the job's model. */
export interface JobTarget {
  /** The styles and their weights. */
  readonly styles: readonly { readonly statistics: Statistics; readonly weight: number }[];
  /** Content–style trade-off, 0..1. */
  readonly alpha: number;
  /** `content` keeps the content's colours. */
  readonly colour: "style" | "content";
  /** With K styles: K or K-1 encoded grey pictures of the whole source in their order, or none. */
  readonly masks?: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * What `auto` may become: `auto`, JPEG or, where the picture is transparent, PNG; `auto-webp`,
 * WebP; `auto-avif`, AVIF where the picture is small enough for its slow encoder, else WebP.
 */
export type AutoFormat = "auto" | "auto-avif" | "auto-webp";

/** The form of the result. */
export interface OutputRequest {
  /** The codec, or a rule that finds it. */
  readonly format: OutputFormat | AutoFormat;
  /** Quality 1..100; absent: the codec's default here. */
  readonly quality?: number;
  /** What transparent parts and margins are filled with, RGB 0..255; absent: they stay transparent. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** Whether a source of several frames stays animated. Default: its first frame. */
  readonly animated?: boolean;
}

/** Paint one picture, or make a plain thumbnail of it where there is no target. */
export interface PaintJob {
  readonly kind: "paint";
  /** The encoded source picture. */
  readonly source: Uint8Array<ArrayBuffer>;
  /** What errors about the source call it. Default: nothing. */
  readonly name?: string;
  /** Names the content at this geometry and model, so that its encoding can be used again. */
  readonly contentKey?: string;
  /** What of the source is allowed. */
  readonly limits: ImageLimits;
  /** The asked size. */
  readonly geometry: GeometryRequest;
  /** An installed model. */
  readonly model: string;
  /** Absent: a plain thumbnail. */
  readonly target?: JobTarget;
  /** The form of the result. */
  readonly output: OutputRequest;
}

/** Paint one content in many styles, as one picture of equal cells. */
export interface SheetJob extends Omit<PaintJob, "kind" | "target"> {
  readonly kind: "sheet";
  /** What each cell becomes, row by row. */
  readonly targets: readonly JobTarget[];
  /** Cells per row. */
  readonly columns: number;
}

/** Look at a picture: its colours and placeholders. */
export interface DescribeJob {
  readonly kind: "describe";
  /** The encoded picture. */
  readonly source: Uint8Array<ArrayBuffer>;
  /** What errors about the source call it. Default: nothing. */
  readonly name?: string;
  /** What of the source is allowed. */
  readonly limits: ImageLimits;
}

/** Compute the statistics of a style picture. */
export interface AnalyzeJob {
  readonly kind: "analyze";
  /** The encoded style picture. */
  readonly source: Uint8Array<ArrayBuffer>;
  /** What of the source is allowed. */
  readonly limits: ImageLimits;
  /** An installed model. */
  readonly model: string;
}

/** Everything that the compute workers can do. */
export type Job = AnalyzeJob | DescribeJob | PaintJob | SheetJob;

/**
 * @param job A job.
 * @returns Bytes of its encoded pictures: what it holds while it waits.
 */
export function sizeOf(job: Job): number {
  const masks = job.kind === "paint" ? job.target?.masks ?? [] : [];
  return [job.source, ...masks].reduce((sum, picture) => sum + picture.length, 0);
}

/** The stages of a job that are timed, in the order of the pipeline. */
export type Stage = "decode" | "resize" | "encode" | "adain" | "output";

/** Milliseconds per stage; a stage that did not run is absent. */
export type StageTimes = Readonly<Partial<Record<Stage, number>>>;

/** A finished picture. */
export interface Picture {
  /** The encoded picture. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Its codec. */
  readonly format: OutputFormat;
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Where the time went. */
  readonly times: StageTimes;
  /** How many pictures the model's encoder saw for this job. */
  readonly encoderRuns: number;
}

/** The statistics of a style picture. */
export interface Analysis {
  /** Statistics for the job's model. */
  readonly statistics: Statistics;
  /** Size of the style picture after orientation, in pixels. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** What a picture looks like. */
export interface Description {
  /** Up to 5 colours that stand for most of it, the commonest first. */
  readonly colours: readonly DominantColour[];
  /** ThumbHash, base64. */
  readonly thumbhash: string;
  /** BlurHash of 4 x 3 components, of the picture on white. */
  readonly blurhash: string;
  /** A tiny picture as a data URI. */
  readonly placeholder: string;
}

/** A colour and its share of a picture. */
export interface DominantColour {
  /** `#rrggbb`. */
  readonly hex: string;
  /** Share of the visible pixels, 0..1. */
  readonly share: number;
}

/** The result of each kind of job. */
export type JobResult<J extends Job> = J extends AnalyzeJob ? Analysis
  : J extends DescribeJob ? Description
  : Picture;
