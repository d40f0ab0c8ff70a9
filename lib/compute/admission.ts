import { ComputeError } from "./errors.ts";

/** Bounds of the work that is waiting and under way. */
export interface AdmissionOptions {
  /** The most jobs that wait. */
  readonly queueLimit: number;
  /** The most bytes of all admitted jobs: their encoded pictures. */
  readonly maxBytes: number;
  /** How many jobs run at a time. */
  readonly slots: number;
}

/** Weight of the newest job in the moving average of durations. */
const SMOOTHING = 0.2;

/** Before anything was measured, a job is taken to last this long, in milliseconds. */
const FIRST_GUESS = 500;

/** Counts what was let in, refuses what is too much, and knows how fast places become free. */
export class Admission {
  readonly #options: AdmissionOptions;
  #jobs = 0;
  #bytes = 0;
  #average = FIRST_GUESS;

  /** @param options The bounds. */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Lets a job in.
   *
   * @param bytes The job's encoded pictures.
   * @returns A function to call once when the job leaves, with the milliseconds that it ran.
   * @throws {ComputeError} `queue_full`, with the seconds until a place is likely.
   */
  enter(bytes: number): (ran?: number) => void {
    const { queueLimit, maxBytes, slots } = this.#options;
    const crowded = this.#jobs >= queueLimit + slots;
    if (crowded || (this.#bytes + bytes > maxBytes && this.#jobs > 0)) {
      const what = crowded ? `${this.#jobs} jobs` : `${this.#bytes} bytes`;
      throw new ComputeError("queue_full", `Cannot take more work: ${what} are waiting`, {
        retryAfter: this.retryAfter(),
      });
    }
    this.#jobs++;
    this.#bytes += bytes;
    return (ran) => {
      this.#jobs--;
      this.#bytes -= bytes;
      if (ran !== undefined) this.#average += SMOOTHING * (ran - this.#average);
    };
  }

  /** Seconds until the present work is done at the measured rate, at least 1. */
  retryAfter(): number {
    return Math.max(1, Math.ceil((this.#jobs * this.#average) / this.#options.slots / 1000));
  }
}
