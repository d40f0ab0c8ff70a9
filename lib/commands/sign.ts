import { parseArgs } from "node:util";
import { type SigningKey, signUrl } from "../client/mod.ts";
import { parseKeys } from "../signing/mod.ts";
import { CommandError } from "./errors.ts";
import { assertOnce } from "./repetition.ts";
import { runCommand, type Terminal, writeLine } from "./terminal.ts";

const HELP = `Signs URLs of the service, so that it serves them while SIGNING_KEYS is set.

  deno task sign --new-key
  deno task sign --key k1:00ff… "/v1/stylize?url=https://example.com/cat.jpg&style=mosaic"
  deno task sign --expires 1h --base https://img.example.org "/v1/info?url=/sample.jpg"

  --key KID:HEX    the key; better in the environment variable SIGNING_KEYS (KID:HEX,KID:HEX,…),
                   since arguments are seen by other users of the machine
  --kid KID        which of several keys; default the first
  --expires WHEN   30s, 15m, 1h, 7d from now, or unix seconds; default never
  --base URL       where the service is, with the folder that a proxy takes off the path, if there
                   is one; default: the path alone is printed
  --new-key        print a fresh random key
  -h, --help       this text

Put the URL in quotes, and percent-encode & # + % inside the values of its parameters.`;

const OPTIONS = {
  key: { type: "string" },
  kid: { type: "string" },
  expires: { type: "string" },
  base: { type: "string" },
  "new-key": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Seconds of each unit of a duration. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Bytes of a fresh key: the length of the hash (RFC 2104 section 3). */
const NEW_KEY_BYTES = 32;

/** What the command finds around it. */
export interface SignSurroundings extends Terminal {
  /** Looks up an environment variable. */
  readonly get: (name: string) => string | undefined;
  /** The time in unix seconds. */
  readonly now: number;
}

/**
 * `deno task sign`: prints a signed URL, or a fresh key.
 *
 * @param args The command line's arguments.
 * @param around Where to write, the environment and the time.
 * @returns The exit code: 0, or 1 with one line on standard error.
 */
export function sign(args: readonly string[], around: SignSurroundings): Promise<number> {
  return runCommand(around, async () => {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
      tokens: true,
    });
    if (values.help) return writeLine(around.stdout, HELP);
    assertOnce(tokens);
    if (values["new-key"]) return writeLine(around.stdout, newKey(values.kid, around.now));
    const url = toUrl(positionals, values.base);
    const keys = values.key ?? around.get("SIGNING_KEYS")?.trim();
    const key = usable(() => chooseKey(keys, values.kid));
    const expires = values.expires === undefined
      ? undefined
      : readExpires(values.expires, around.now);
    const signed = await signUrl(url, key, { expires }).catch(refuse);
    writeLine(around.stdout, signed);
  });
}

function newKey(kid: string | undefined, now: number): string {
  const name = kid ?? `k${new Date(now * 1000).toISOString().slice(0, 10).replaceAll("-", "")}`;
  const line = `${name}:${crypto.getRandomValues(new Uint8Array(NEW_KEY_BYTES)).toHex()}`;
  usable(() => parseKeys(line));
  return line;
}

function toUrl(positionals: readonly string[], base: string | undefined): string {
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) {
    throw new CommandError(
      `One URL is needed, in quotes: received ${positionals.length}; see --help`,
    );
  }
  if (base === undefined) return text;
  const root = URL.parse(base);
  if (!root || !/^https?:$/.test(root.protocol) || root.search !== "" || root.hash !== "") {
    throw new CommandError(
      `Cannot use --base ${base}: it must be an http(s) URL without query, such as ` +
        "https://img.example.org",
    );
  }
  if (!text.startsWith("/")) {
    throw new CommandError(
      `Cannot use ${text} with --base: it must be a path that starts with "/"`,
    );
  }
  return `${root.href.replace(/\/+$/, "")}${text}`;
}

function chooseKey(text: string | undefined, kid: string | undefined): SigningKey {
  if (text === undefined || text === "") {
    throw new CommandError(
      "A key is needed: --key kid:hexkey, or SIGNING_KEYS in the environment; --new-key makes one",
    );
  }
  const keys = parseKeys(text);
  const name = kid ?? [...keys.keys()][0] ?? "";
  const key = keys.get(name);
  if (key) return { kid: name, key };
  throw new CommandError(`There is no key "${name}": there are ${[...keys.keys()].join(", ")}`);
}

function readExpires(text: string, now: number): number {
  const [, amount = "", unit = ""] = /^(\d{1,11})([smhd]?)$/.exec(text) ?? [];
  if (amount === "") {
    throw new CommandError(
      `Cannot use --expires ${text}: it must be a duration such as 30s, 15m, 1h, 7d, or unix seconds`,
    );
  }
  const seconds = Number(amount) * (UNITS[unit] ?? 1);
  const expires = unit === "" ? seconds : Math.floor(now) + seconds;
  if (expires > now) return expires;
  throw new CommandError(`Cannot use --expires ${text}: that time is past`);
}

function usable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return refuse(error);
  }
}

/** The libraries' errors about arguments are about the user's here. */
function refuse(error: unknown): never {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
    throw new CommandError(error.message, { cause: error });
  }
  throw error;
}

if (import.meta.main) {
  Deno.exitCode = await sign(Deno.args, {
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    get: (name) => Deno.env.get(name),
    now: Date.now() / 1000,
  });
}
