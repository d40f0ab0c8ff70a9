/** Sweeps of Jacobi's method; 3 x 3 matrices converge to double precision in five or six. */
const SWEEPS = 10;

/**
 * Multiplies 3 x 3 matrices.
 *
 * @param a Nine values, row by row.
 * @param b Nine values.
 * @returns `a b`.
 */
export function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3];
    return [0, 1, 2].reduce((sum, k) => sum + (a[3 * row + k] ?? 0) * (b[3 * k + column] ?? 0), 0);
  });
}

/**
 * Multiplies the columns of a 3 x 3 matrix.
 *
 * @param matrix Nine values, row by row.
 * @param factors One factor per column.
 * @returns `matrix diag(factors)`.
 */
export function scaleColumns(matrix: readonly number[], factors: readonly number[]): number[] {
  return matrix.map((value, at) => value * (factors[at % 3] ?? 0));
}

/**
 * Raises a symmetric positive definite 3 x 3 matrix to a power, by its eigenvectors (Jacobi's
 * method: Golub & Van Loan, "Matrix Computations", section 8.5).
 *
 * @param matrix Nine values, row by row, symmetric.
 * @param power For example 0.5 for the square root, -0.5 for its inverse.
 * @returns The symmetric power.
 */
export function symmetricPower(matrix: readonly number[], power: number): number[] {
  let [values, vectors] = [[...matrix], [1, 0, 0, 0, 1, 0, 0, 0, 1]];
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [p, q] of [[0, 1], [0, 2], [1, 2]] as const) {
      const turn = rotation(values, p, q);
      values = multiply(transpose(turn), multiply(values, turn));
      vectors = multiply(vectors, turn);
    }
  }
  const powers = [0, 4, 8].map((at) => (values[at] ?? 0) ** power);
  return multiply(scaleColumns(vectors, powers), transpose(vectors));
}

/** The rotation in the plane of `p` and `q` that makes the entry at `p`, `q` zero. */
function rotation(matrix: readonly number[], p: number, q: number): number[] {
  const turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const difference = (matrix[4 * q] ?? 0) - (matrix[4 * p] ?? 0);
  const angle = 0.5 * Math.atan2(2 * (matrix[3 * p + q] ?? 0), difference);
  turn[4 * p] = turn[4 * q] = Math.cos(angle);
  turn[3 * p + q] = Math.sin(angle);
  turn[3 * q + p] = -Math.sin(angle);
  return turn;
}

function transpose(matrix: readonly number[]): number[] {
  return matrix.map((_, at) => matrix[3 * (at % 3) + Math.floor(at / 3)] ?? 0);
}
