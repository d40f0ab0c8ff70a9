/** Upper bounds in seconds; a kept picture takes less than a millisecond, a large painted one seconds. */
const BOUNDS = [0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** A request that was answered. */
export interface AnsweredRequest {
  /** One of few methods: every value of a label takes memory. */
  readonly method: string;
  /** One of few paths. */
  readonly route: string;
  /** HTTP status. */
  readonly status: number;
  /** How the cache answered; empty where it was not asked. */
  readonly cache: string;
  /** Seconds until the response. */
  readonly seconds: number;
}

interface Durations {
  /** By bound; the last counts what is above all of them. */
  readonly buckets: number[];
  sum: number;
}

/** Counts requests and their durations; a metrics library would take longer than a kept picture. */
export class RequestCounts {
  /** By the text of their labels. */
  readonly #counts = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();

  /** @param request A request that was answered. */
  note({ method, route, status, cache, seconds }: AnsweredRequest): void {
    const counted = `method="${method}",route="${route}",status="${status}"`;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    const timed = `route="${route}",cache="${cache}"`;
    let durations = this.#durations.get(timed);
    if (durations === undefined) {
      durations = { buckets: new Array(BOUNDS.length + 1).fill(0), sum: 0 };
      this.#durations.set(timed, durations);
    }
    const above = BOUNDS.findIndex((bound) => seconds <= bound);
    const at = above === -1 ? BOUNDS.length : above;
    durations.buckets[at] = (durations.buckets[at] ?? 0) + 1;
    durations.sum += seconds;
  }

  /** @returns The counts in the text format of Prometheus. */
  text(): string {
    const lines = [
      "# HELP pastiche_requests_total Requests by method, path and status; names in paths are left out",
      "# TYPE pastiche_requests_total counter",
      ...[...this.#counts].map(([labels, count]) => `pastiche_requests_total{${labels}} ${count}`),
      "# HELP pastiche_request_seconds Seconds until the response, by path and how the cache answered",
      "# TYPE pastiche_request_seconds histogram",
      ...[...this.#durations].flatMap(([labels, durations]) => histogram(labels, durations)),
    ];
    return `${lines.join("\n")}\n`;
  }
}

/** Prometheus counts each bucket with all below it. */
function histogram(labels: string, { buckets, sum }: Durations): string[] {
  const name = "pastiche_request_seconds";
  let count = 0;
  const lines = buckets.map((requests, i) => {
    count += requests;
    return `${name}_bucket{le="${BOUNDS[i] ?? "+Inf"}",${labels}} ${count}`;
  });
  return [...lines, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`];
}
