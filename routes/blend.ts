import { AdainError, normaliseWeights } from "../lib/adain/mod.ts";
import { STYLE_ID } from "../lib/catalog/mod.ts";
import type { StyleChoice } from "../lib/pictures/mod.ts";
import { RequestError } from "./errors.ts";
import { DECIMAL, roundNumber } from "./fields.ts";

/** A style and its weight. */
type Weighted = { readonly id: string; readonly weight: number };

/**
 * Reads the value of `style`.
 *
 * @param text `none`, an id, or `id:weight,id:weight,…`.
 * @param ordered Whether the order counts, because masks follow it; else equal styles are joined
 *   and sorted, so that equal blends are equal values.
 * @returns The choice; weights sum to 1.
 * @throws {RequestError} `invalid_parameter`.
 */
export function readBlend(text: string, ordered: boolean): StyleChoice {
  if (text === "none") return { kind: "none" };
  const given = text.split(",").map((part) => readPart(part, text));
  try {
    const weights = normaliseWeights(given.map(({ weight }) => weight));
    const styles = given.map(({ id }, k) => ({ id, weight: weights[k] ?? 0 }));
    return { kind: "catalog", styles: ordered ? styles : join(styles) };
  } catch (error) {
    if (!(error instanceof AdainError)) throw error;
    throw refuse(text, error.message);
  }
}

function readPart(part: string, text: string): Weighted {
  const [id = "", weight = "1", ...rest] = part.split(":");
  if (id === "none") {
    throw refuse(text, "none is no style and cannot be blended: alpha says how much of a style");
  }
  if (STYLE_ID.test(id) && DECIMAL.test(weight) && rest.length === 0) {
    return { id, weight: roundNumber(Number(weight)) };
  }
  throw refuse(
    text,
    "it must be an id, or id:weight,id:weight,… with decimal weights from 0 to below 100000",
  );
}

function join(styles: readonly Weighted[]): Weighted[] {
  const weights = new Map<string, number>();
  for (const { id, weight } of styles) weights.set(id, (weights.get(id) ?? 0) + weight);
  return [...weights].filter(([, weight]) => weight > 0)
    .map(([id, weight]) => ({ id, weight }))
    .sort((a, b) => a.id < b.id ? -1 : 1);
}

function refuse(text: string, why: string): RequestError {
  return new RequestError("invalid_parameter", `Cannot use style=${text.slice(0, 80)}: ${why}`);
}
