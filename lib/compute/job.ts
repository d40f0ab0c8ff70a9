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
}

/** The form of the result. */
export interface OutputRequest {
  /** The codec; `auto`: PNG where the picture is transparent, else JPEG. */
  readonly format: OutputFormat | "auto";
  /** Quality 1..100; absent: the codec's default here. */
  readonly quality?: number;
}

/** Paint one picture, or make a plain thumbnail of it where there is no target. */
export interface PaintJob {
  readonly kind: "paint";
  /** The encoded source picture. */
  readonly source: Uint8Array<ArrayBuffer>;
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
export type Job = PaintJob | AnalyzeJob;

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

/** The result of each kind of job. */
export type JobResult<J extends Job> = J extends PaintJob ? Picture : Analysis;
