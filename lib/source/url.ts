import { SourceError } from "./errors.ts";
import type { SourcePolicy } from "./policy.ts";

/**
 * Reads and checks a source's URL, without any network.
 *
 * @param text The URL.
 * @param policy What may be fetched.
 * @returns The URL, normalised.
 * @throws {SourceError} `invalid_url`, `host_not_allowed` or `loop`.
 */
export function parseSourceUrl(text: string, policy: SourcePolicy): URL {
  if (text.length > policy.maxUrlLength) {
    throw new SourceError(
      "invalid_url",
      `The source URL has ${text.length} characters: up to ${policy.maxUrlLength} are allowed`,
    );
  }
  const url = URL.parse(text);
  if (!url) {
    throw new SourceError("invalid_url", "The source URL must be absolute: http(s)://host/path");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SourceError(
      "invalid_url",
      `Sources are fetched by http and https, not ${url.protocol}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new SourceError("invalid_url", "The source URL must not hold a user name or password");
  }
  const host = url.hostname.replace(/\.$/, "");
  const place = url.port === "" ? host : `${host}:${url.port}`;
  if (policy.ownHosts.includes(place) || policy.ownHosts.includes(host)) {
    throw new SourceError("loop", "The source is this service itself");
  }
  if (policy.allowHosts.length > 0 && !policy.allowHosts.some((one) => matches(host, one))) {
    throw new SourceError("host_not_allowed", `The source host ${host} is not on the allow-list`);
  }
  return url;
}

/** `*.example.org` matches every host below example.org, not example.org itself. */
function matches(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
}
