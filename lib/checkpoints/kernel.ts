/** A convolution: its kernel `[out, in, size, size]` and its bias `[out]`, float32. */
export interface Convolution {
  /** Output channels. */
  readonly out: number;
  /** Input channels. */
  readonly in: number;
  /** Columns and rows of the kernel. */
  readonly size: number;
  /** The kernel, `out * in * size * size` values. */
  readonly weight: Float32Array<ArrayBuffer>;
  /** `out` values. */
  readonly bias: Float32Array<ArrayBuffer>;
}

/**
 * Folds a 1x1 convolution into the convolution behind it. Exact under reflection padding, which
 * repeats values that the 1x1 convolution has already changed.
 *
 * @param colour The 1x1 convolution.
 * @param next The convolution behind it.
 * @returns One convolution that does what both did.
 */
export function foldPointwise(colour: Convolution, next: Convolution): Convolution {
  const taps = next.size ** 2;
  const weight = new Float32Array(next.out * colour.in * taps);
  const bias = new Float32Array(next.out);
  for (let out = 0; out < next.out; out++) {
    let offset = next.bias[out] ?? 0;
    for (let tap = 0; tap < taps; tap++) {
      const kernel = Array.from(
        { length: next.in },
        (_, middle) => next.weight[(out * next.in + middle) * taps + tap] ?? 0,
      );
      offset += kernel.reduce((sum, value, middle) => sum + value * (colour.bias[middle] ?? 0), 0);
      for (let from = 0; from < colour.in; from++) {
        weight[(out * colour.in + from) * taps + tap] = kernel.reduce(
          (sum, value, middle) => sum + value * (colour.weight[middle * colour.in + from] ?? 0),
          0,
        );
      }
    }
    bias[out] = offset;
  }
  return { ...next, in: colour.in, weight, bias };
}

/**
 * Splits "nearest x2, then 3x3" into the four 2x2 kernels that give the pixels of each 2x2 block,
 * without the enlarged map: 4 instead of 9 products per output. Doubling makes two of three
 * neighbours equal, so their taps add up.
 *
 * @param kernel A 3x3 convolution.
 * @returns The convolutions of the phases (row, column) = (0,0), (0,1), (1,0), (1,1).
 */
export function splitPhases(kernel: Convolution): Convolution[] {
  return [[0, 0], [0, 1], [1, 0], [1, 1]].map(([row = 0, column = 0]) => {
    const weight = new Float32Array(kernel.out * kernel.in * 4);
    for (let plane = 0; plane < kernel.out * kernel.in; plane++) {
      for (let tap = 0; tap < 9; tap++) {
        const to = 2 * half(Math.floor(tap / 3), row) + half(tap % 3, column);
        const at = 4 * plane + to;
        weight[at] = (weight[at] ?? 0) + (kernel.weight[9 * plane + tap] ?? 0);
      }
    }
    return { ...kernel, size: 2, weight };
  });
}

/** Which of the two small neighbours the tap of a phase meets: floor((phase + tap - 1) / 2). */
function half(tap: number, phase: number): number {
  return Math.floor((phase + tap - 1) / 2) + 1 - phase;
}
