import { ALIASES } from "../lib/client/mod.ts";
import { nearest } from "../lib/nearest.ts";
import { RequestError } from "./errors.ts";

/**
 * Reads a query strictly: aliases are resolved, unknown and repeated parameters refused.
 *
 * @param query The query's pairs in their order.
 * @param allowed The parameters of the route, by their proper names.
 * @param repeatable The one parameter that may come several times; its values are added here.
 * @returns One text per parameter.
 * @throws {RequestError} `unknown_parameter` with the nearest allowed one, or `repeated_parameter`.
 */
export function readParameters(
  query: Iterable<readonly [string, string]>,
  allowed: readonly string[],
  repeatable?: { readonly name: string; readonly values: string[] },
): Record<string, string> {
  const found: Record<string, string> = {};
  const spelled: Record<string, string> = {};
  for (const [given, value] of query) {
    if (given === repeatable?.name) {
      repeatable.values.push(value);
      continue;
    }
    const alias = Object.hasOwn(ALIASES, given) ? ALIASES[given] : undefined;
    const name = alias !== undefined && allowed.includes(alias) ? alias : given;
    if (!allowed.includes(name)) {
      throw unknown(given, repeatable ? [...allowed, repeatable.name] : allowed);
    }
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
  const name = `Unknown parameter "${given.slice(0, 80)}"`;
  if (allowed.length === 0) {
    return new RequestError("unknown_parameter", `${name}: none is allowed here`);
  }
  const names = [
    ...allowed,
    ...Object.keys(ALIASES).filter((a) => allowed.includes(ALIASES[a] ?? "")),
  ];
  const near = nearest(given, names);
  const hint = near === undefined ? "." : `; did you mean "${near}"?`;
  return new RequestError(
    "unknown_parameter",
    `${name}${hint} Allowed: ${allowed.join(", ")}`,
  );
}
