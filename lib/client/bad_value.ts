/**
 * Makes the error about a value that cannot be used, also where types did not keep it away.
 *
 * @param name What the value is for.
 * @param allowed What is allowed.
 * @param value The value.
 * @returns A `RangeError` about a number, else a `TypeError`.
 */
export function badValue(name: string, allowed: string, value: unknown): RangeError | TypeError {
  const text = `Cannot use ${name}: it must be ${allowed}, received ${show(value)}`;
  return typeof value === "number" ? new RangeError(text) : new TypeError(text);
}

/**
 * Refuses what is no object, where types did not keep it away.
 *
 * @param name What the value is for.
 * @param value The value.
 * @throws {TypeError} If it is no object.
 */
export function assertObject(name: string, value: object): void {
  if (typeof value !== "object" || value === null) throw badValue(name, "an object", value);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
