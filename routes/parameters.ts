import { RequestError } from "./errors.ts";

/** Other spellings that users of similar services type, and the parameter that they mean. */
export const ALIASES: Readonly<Record<string, string>> = {
  strength: "alpha",
  width: "w",
  height: "h",
  a: "g",
  gravity: "g",
  output: "fm",
  f: "fm",
  format: "fm",
  quality: "q",
  n: "frames",
  default: "onerror",
};

/**
 * Reads a query strictly: aliases are resolved, unknown and repeated parameters refused.
 *
 * @param query The query's pairs in their order.
 * @param allowed The parameters of the route, by their proper names.
 * @returns One text per parameter.
 * @throws {RequestError} `unknown_parameter` with the nearest allowed one, or `repeated_parameter`.
 */
export function readParameters(
  query: Iterable<readonly [string, string]>,
  allowed: readonly string[],
): Record<string, string> {
  const found: Record<string, string> = {};
  const spelled: Record<string, string> = {};
  for (const [given, value] of query) {
    const alias = Object.hasOwn(ALIASES, given) ? ALIASES[given] : undefined;
    const name = alias !== undefined && allowed.includes(alias) ? alias : given;
    if (!allowed.includes(name)) throw unknown(given, allowed);
    const earlier = Object.hasOwn(spelled, name) ? spelled[name] : undefined;
    if (earlier !== undefined) {
      const what = earlier === given ? `"${given}"` : `"${earlier}" and "${given}" (the same)`;
      throw new RequestError("repeated_parameter", `Cannot use ${what} twice: give it once`);
    }
    spelled[name] = given;
    found[name] = value;
  }
  return found;
}

function unknown(given: string, allowed: readonly string[]): RequestError {
  const names = [
    ...allowed,
    ...Object.keys(ALIASES).filter((a) => allowed.includes(ALIASES[a] ?? "")),
  ];
  const near = nearest(given, names);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return new RequestError(
    "unknown_parameter",
    `Unknown parameter "${given.slice(0, 80)}"${hint} Allowed: ${allowed.join(", ")}`,
  );
}

/** The candidate at the smallest edit distance, if it is near enough to be meant. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const name of candidates) {
    const distance = editDistance(word.toLowerCase(), name);
    if (!best || distance < best.distance) best = { name, distance };
  }
  return best && best.distance <= Math.ceil(word.length / 3) ? best.name : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
