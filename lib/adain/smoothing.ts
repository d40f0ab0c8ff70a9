import { averageStatistics, type Statistics } from "./statistics.ts";

/** How content statistics are smoothed over the frames of an animation. */
export interface Smoothing {
  /**
   * `trailing`: an exponential moving average, `s[t] = retain * s[t-1] + (1 - retain) * x[t]`; frames
   * come out at once. `centred`: the mean of up to `2 * radius + 1` frames around each; frames come
   * out `radius` frames later. Default `trailing`.
   */
  readonly kind?: "trailing" | "centred";
  /** Share of the past in `trailing`, 0 (no smoothing) to 0.99. Default 0.8. */
  readonly retain?: number;
  /** Frames to each side in `centred`, 0 to 60. Default 4. */
  readonly radius?: number;
  /**
   * Smallest {@linkcode statisticsDistance} of neighbouring frames that is a cut; nothing is smoothed
   * across cuts. Default {@linkcode DEFAULT_CUT}.
   */
  readonly cut?: number;
}

/** Noise and motion of one scene stay well below it, changes of scene above. */
export const DEFAULT_CUT = 0.3;

/** Weights of the moving average below this share of the newest frame's are left out. */
const NEGLIGIBLE = 1e-3;

/** A smoothing with its reach: how many frames it looks back and ahead. */
export interface SmoothingReach {
  /** Frames before a frame that count for it. */
  readonly behind: number;
  /** Frames after it that count for it. */
  readonly ahead: number;
}

/**
 * Checks a smoothing and says how far it reaches.
 *
 * @param smoothing The smoothing.
 * @returns Frames that it looks back and ahead.
 * @throws {RangeError} If there is no such `kind`, or `retain`, `radius` or `cut` is out of range.
 */
export function smoothingReach(smoothing: Smoothing): SmoothingReach {
  const { kind = "trailing", retain = 0.8, radius = 4, cut = DEFAULT_CUT } = smoothing;
  if (kind !== "trailing" && kind !== "centred") {
    throw new RangeError(`Cannot smooth in the way ${kind}: it must be trailing or centred`);
  }
  if (!(retain >= 0 && retain <= 0.99)) {
    throw new RangeError(`Cannot retain a share of ${retain}: it must be from 0 to 0.99`);
  }
  if (!(Number.isInteger(radius) && radius >= 0 && radius <= 60)) {
    throw new RangeError(`Cannot smooth over ${radius} frames to each side: 0 to 60 are allowed`);
  }
  if (!(cut > 0)) {
    throw new RangeError(`Cannot take a distance of ${cut} for a cut: it must be > 0`);
  }
  if (kind === "centred") return { behind: radius, ahead: radius };
  return {
    behind: retain === 0 ? 0 : Math.ceil(Math.log(NEGLIGIBLE) / Math.log(retain)),
    ahead: 0,
  };
}

/**
 * How far apart the statistics of two frames are: the mean shift of the channels' means in units of
 * their mean deviation.
 *
 * @param a Statistics of one frame.
 * @param b Statistics of another, of the same model.
 * @returns 0 for equal means; about 1 where the frames share nothing.
 */
export function statisticsDistance(a: Statistics, b: Statistics): number {
  let [shift, spread] = [0, 0];
  a.mean.forEach((mean, channel) => {
    shift += Math.abs(mean - (b.mean[channel] ?? 0));
    spread += ((a.std[channel] ?? 0) + (b.std[channel] ?? 0)) / 2;
  });
  return shift / spread;
}

/**
 * Smooths the statistics of one frame over its neighbours in the same scene: statistics that change
 * with noise and motion make the colours of the painted frames flicker.
 *
 * @param frames Statistics of the frames, in order.
 * @param at The frame.
 * @param smoothing How; see {@linkcode Smoothing}.
 * @returns The smoothed statistics of the frame.
 * @throws {RangeError} As {@linkcode smoothingReach}, or if there is no such frame.
 *
 * @example The moving average of a step
 * ```ts
 * import { smoothStatistics } from "./smoothing.ts";
 * import assert from "node:assert/strict";
 *
 * const frames = [0, 0, 1].map((m) => ({ mean: Float32Array.of(m), std: Float32Array.of(9) }));
 * assert.equal(smoothStatistics(frames, 2, { retain: 0.5 }).mean[0], 0.5);
 * ```
 */
export function smoothStatistics(
  frames: readonly Statistics[],
  at: number,
  smoothing: Smoothing = {},
): Statistics {
  const { behind, ahead } = smoothingReach(smoothing);
  if (!(at in frames)) {
    throw new RangeError(`Cannot smooth frame ${at}: there are ${frames.length}, counted from 0`);
  }
  const cut = smoothing.cut ?? DEFAULT_CUT;
  const first = at - sceneFrames(frames, { at, step: -1, limit: behind, cut });
  const last = at + sceneFrames(frames, { at, step: 1, limit: ahead, cut });
  const scene = frames.slice(first, last + 1);
  const retain = smoothing.retain ?? 0.8;
  const weights = scene.map((_, k) => {
    if (smoothing.kind === "centred") return 1;
    // The scene's first frame starts the average, so it also has the weight of all that came before.
    return (k === 0 ? 1 : 1 - retain) * retain ** (scene.length - 1 - k);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return averageStatistics(scene, weights.map((weight) => weight / sum));
}

/** Counts the frames to one side that belong to the scene of the frame `at`. */
function sceneFrames(
  frames: readonly Statistics[],
  { at, step, limit, cut }: { at: number; step: 1 | -1; limit: number; cut: number },
): number {
  let count = 0;
  while (count < limit) {
    const here = frames[at + step * count];
    const next = frames[at + step * (count + 1)];
    if (!here || !next || statisticsDistance(here, next) >= cut) break;
    count++;
  }
  return count;
}
