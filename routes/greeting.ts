import { signUrl } from "../lib/client/mod.ts";
import type { SigningKeys } from "../lib/signing/mod.ts";
import type { Services } from "./services.ts";

/** Milliseconds for which the signed address of the first picture works: an hour. */
const EXAMPLE_LIFE = 3_600_000;

/**
 * Prepares what the service says of itself when it listens. The first picture is signed before: only
 * its path is signed, not the port.
 *
 * @param services Settings and presets.
 * @returns Makes the text for a port.
 */
export async function createGreeting(
  { config, presets }: Pick<Services, "config" | "presets">,
): Promise<(port: number) => string> {
  const [preset] = presets.keys();
  const look = config.PRESETS_ONLY ? `preset=${preset}` : "style=oil-strokes&w=640";
  const example = await sign(`/v1/stylize?url=/sample.jpg&${look}`, config.SIGNING_KEYS);
  const { HOST } = config;
  const host = HOST === "0.0.0.0" || HOST === "::" ? "localhost" : HOST;
  return (port) => {
    const origin = config.PUBLIC_URL ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
    return `Pastiche paints at ${origin}/\nA picture: ${origin}${example}\n`;
  };
}

async function sign(path: string, keys: SigningKeys): Promise<string> {
  const [newest] = keys;
  if (!newest) return path;
  const [kid, key] = newest;
  return await signUrl(path, { kid, key }, { expires: new Date(Date.now() + EXAMPLE_LIFE) });
}
