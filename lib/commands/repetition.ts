import { CommandError } from "./errors.ts";

/** What of `parseArgs`' tokens is looked at. */
interface Token {
  readonly kind: string;
  readonly name?: string;
  readonly value?: string | undefined;
}

/**
 * Refuses options whose value is given more than once: only the last would count.
 *
 * @param tokens The tokens of `parseArgs`.
 * @throws {CommandError} Naming the option.
 */
export function assertOnce(tokens: readonly Token[]): void {
  const names = new Set<string>();
  for (const { kind, name = "", value } of tokens) {
    if (kind !== "option" || value === undefined) continue;
    if (names.has(name)) throw new CommandError(`Cannot use --${name} twice: give it once`);
    names.add(name);
  }
}
