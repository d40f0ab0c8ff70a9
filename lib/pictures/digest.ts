/**
 * Names a value by its content.
 *
 * @param value Plain data; equal values must have their fields in equal order.
 * @returns 22 characters of base64url: 132 bits of the SHA-256 of its JSON.
 */
export async function digest(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.toBase64({ alphabet: "base64url", omitPadding: true }).slice(0, 22);
}
