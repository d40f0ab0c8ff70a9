/**
 * Prints a line.
 *
 * @param line The line, without its end.
 */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * Prints a row of a table in Markdown.
 *
 * @param cells The cells; numbers are rounded to whole ones.
 */
export function row(cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) => typeof cell === "number" ? cell.toFixed(0) : cell);
  print(`| ${texts.join(" | ")} |`);
}

/**
 * Prints the head of a table in Markdown; all columns but the first hold numbers.
 *
 * @param cells The columns' names.
 */
export function header(...cells: readonly string[]): void {
  print("");
  row(cells);
  row(cells.map((_, i) => i === 0 ? "---" : "---:"));
}

/**
 * Reads the most memory that a process has held (Linux).
 *
 * @param pid The process.
 * @returns Megabytes.
 */
export async function peakMemory(pid: number): Promise<number> {
  // Another process may read it, Deno may not.
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  return Number(/VmHWM:\s+(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) / 1024;
}

/**
 * @param values Measurements.
 * @returns The one in the middle.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
