/** Lobes on either side of the kernel. */
const LOBES = 3;

/** A stretch of a row or column; its ends may lie within a pixel. */
export interface Stretch {
  /** Where it starts, in pixels. */
  readonly start: number;
  /** How long it is, in pixels. */
  readonly length: number;
}

/** Weights of one direction of a resampling. */
export interface Taps {
  /** For each new place the first old place that counts. */
  readonly starts: Uint32Array;
  /** For each new place how many old places count. */
  readonly counts: Uint32Array;
  /** For each new place its weights, which sum to 1, from `width * place` on. */
  readonly weights: Float64Array;
  /** The most old places that count for a new one. */
  readonly width: number;
}

/**
 * Computes the weights of a Lanczos kernel of three lobes, widened when the picture gets smaller, so
 * that nothing finer than the new grid is left; at the edges the weights that exist are scaled up.
 *
 * @param from The old pixels.
 * @param to New length, in pixels.
 * @returns The weights.
 */
export function lanczosTaps(from: Stretch, to: number): Taps {
  const scale = Math.max(1, from.length / to);
  const reach = LOBES * scale;
  const least = Math.floor(from.start);
  const most = Math.ceil(from.start + from.length) - 1;
  const width = Math.min(most - least + 1, Math.ceil(2 * reach) + 1);
  const taps: Taps = {
    starts: new Uint32Array(to),
    counts: new Uint32Array(to),
    weights: new Float64Array(width * to),
    width,
  };
  for (let place = 0; place < to; place++) {
    const center = from.start + (place + 0.5) * from.length / to - 0.5;
    const first = Math.max(least, Math.ceil(center - reach));
    const last = Math.min(most, Math.floor(center + reach), first + width - 1);
    let sum = 0;
    for (let i = first; i <= last; i++) sum += lanczos((i - center) / scale);
    for (let i = first; i <= last; i++) {
      taps.weights[place * width + i - first] = lanczos((i - center) / scale) / sum;
    }
    taps.starts[place] = first;
    taps.counts[place] = last - first + 1;
  }
  return taps;
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return LOBES * Math.sin(angle) * Math.sin(angle / LOBES) / (angle * angle);
}
