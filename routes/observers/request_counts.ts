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

interface Count {
  requests: number;
}

interface Durations {
  /** By bound; the last counts what is above all of them. */
  readonly buckets: number[];
  sum: number;
}

/** Where requests of one kind are counted. */
interface Series {
  readonly kind: Omit<AnsweredRequest, "seconds">;
  readonly count: Count;
  readonly durations: Durations;
}

/** Counts requests and their durations; a metrics library would take longer than a kept picture. */
export class RequestCounts {
  /** By the text of their labels. */
  readonly #counts = new Map<string, Count>();
  readonly #durations = new Map<string, Durations>();
  /** Most requests are of the same kind as the last, and then no text is made. */
  #last: Series | undefined;

  /** @param request A request that was answered. */
  note(request: AnsweredRequest): void {
    const last = this.#last;
    const series = last && isOfKind(request, last.kind) ? last : this.#find(request);
    this.#last = series;
    const { count, durations } = series;
    const { seconds } = request;
    count.requests++;
    const above = BOUNDS.findIndex((bound) => seconds <= bound);
    const at = above === -1 ? BOUNDS.length : above;
    durations.buckets[at] = (durations.buckets[at] ?? 0) + 1;
    durations.sum += seconds;
  }

  #find(kind: AnsweredRequest): Series {
    const { method, route, status, cache } = kind;
    const counted = `method="${method}",route="${route}",status="${status}"`;
    const count = this.#counts.get(counted) ?? { requests: 0 };
    this.#counts.set(counted, count);
    const timed = `route="${route}",cache="${cache}"`;
    const durations = this.#durations.get(timed) ??
      { buckets: new Array(BOUNDS.length + 1).fill(0), sum: 0 };
    this.#durations.set(timed, durations);
    return { kind, count, durations };
  }

  /** @returns The counts in the text format of Prometheus. */
  text(): string {
    const lines = [
      "# HELP pastiche_requests_total Requests by method, path and status; names in paths are left out",
      "# TYPE pastiche_requests_total counter",
      ...[...this.#counts].map(([labels, { requests }]) =>
        `pastiche_requests_total{${labels}} ${requests}`
      ),
      "# HELP pastiche_request_seconds Seconds until the response, by path and how the cache answered",
      "# TYPE pastiche_request_seconds histogram",
      ...[...this.#durations].flatMap(([labels, durations]) => histogram(labels, durations)),
    ];
    return `${lines.join("\n")}\n`;
  }
}

function isOfKind(a: Series["kind"], b: Series["kind"]): boolean {
  return a.route === b.route && a.cache === b.cache && a.status === b.status &&
    a.method === b.method;
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
