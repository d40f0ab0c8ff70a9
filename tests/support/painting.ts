import assert from "node:assert/strict";
import { eventually } from "./fleet.ts";
import type { RunningService } from "./service.ts";

/** The administration's token in the services of these tests. */
export const TOKEN = "a-token-for-tests-only";

/** Settings of services that fetch from this machine. */
export const ENV: Readonly<Record<string, string>> = {
  COMPUTE_WORKERS: "1",
  SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
  ADMIN_TOKEN: TOKEN,
};

/** What a service answers. */
export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  /** `Cache-Status`. */
  readonly cache: string;
  /** `Server-Timing`. */
  readonly timing: string | null;
  /** The picture in base64. */
  readonly body: string;
}

/** What to ask a service for besides the URL and the width. */
export interface PaintOptions {
  /** Default `mosaic`. */
  readonly style?: string;
  /** The asker leaves. */
  readonly signal?: AbortSignal;
}

/** Asks a service for a picture. */
export async function paint(
  { origin }: RunningService,
  [url, width]: readonly [url: string, width: number],
  { style = "mosaic", signal }: PaintOptions = {},
): Promise<Answer> {
  const query = new URLSearchParams({ url, style, w: `${width}`, fm: "png" });
  const response = await fetch(`${origin}/v1/stylize?${query}`, signal ? { signal } : {});
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    cache: response.headers.get("cache-status") ?? "",
    timing: response.headers.get("server-timing"),
    body: new Uint8Array(await response.arrayBuffer()).toBase64(),
  };
}

/**
 * Paints a new picture on each instance at once.
 *
 * @param services The instances.
 * @param url The content.
 * @param width The first instance's width; the next ones' are one more each.
 * @returns How many seconds the slowest took.
 */
export async function paintEverywhere(
  services: readonly RunningService[],
  url: string,
  width: number,
): Promise<number> {
  const start = performance.now();
  const answers = await Promise.all(
    services.map((service, i) => paint(service, [url, width + i])),
  );
  assert.deepEqual(answers.map(({ status }) => status), services.map(() => 200));
  return (performance.now() - start) / 1000;
}

/** Whether what one instance paints is a hit on another. */
export async function shares(
  services: readonly RunningService[],
  url: string,
  width: number,
): Promise<boolean> {
  const [one, other] = services;
  assert(one && other);
  await paint(one, [url, width]);
  return (await paint(other, [url, width])).cache.includes("hit");
}

/** Waits until `/readyz` of each instance says a status; it is ready all the time. */
export async function allAre(
  services: readonly RunningService[],
  status: "ready" | "degraded",
): Promise<void> {
  const statusOf = async ({ origin }: RunningService): Promise<string> => {
    const response = await fetch(`${origin}/readyz`);
    const { status } = await response.json();
    assert.equal(response.status, 200, status);
    return status;
  };
  await eventually(`${status} everywhere`, async () => {
    return (await Promise.all(services.map(statusOf))).every((one) => one === status);
  });
}

/** Lines of a service's log that are not about single requests. */
export function eventsOf(service: RunningService): string[] {
  return service.errors().split("\n")
    .filter((line) => line.startsWith("{") && !line.includes('"message":"request"'));
}

/**
 * Asserts that an instance told of a failure and of its end, each in few words.
 *
 * @param service The instance.
 * @param most Lines that are no storm.
 */
export function assertToldBriefly(service: RunningService, most: number): void {
  const events = eventsOf(service);
  const text = events.join("\n");
  assert.match(text, /going on without it/);
  assert.match(text, /works again/);
  assert(events.length <= most, `a storm of ${events.length} lines:\n${text}`);
}
