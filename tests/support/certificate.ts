import assert from "node:assert/strict";
import { findProgram } from "./programs.ts";

/** The program that makes certificates, or null where it is not installed. */
export const OPENSSL_PROGRAM: string | null = findProgram("openssl");

/**
 * Makes an authority and its certificate for `localhost`.
 *
 * @param folder Gets `ca.pem`, `cert.pem` and `key.pem`.
 * @returns The authority's certificate, PEM.
 */
export async function certify(folder: string): Promise<string> {
  const path = (name: string): string => `${folder}/${name}.pem`;
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  await openssl(
    `req -x509 ${key} -days 2 -keyout ${path("ca-key")} -out ${path("ca")} -subj /CN=ca`,
  );
  await openssl(`req ${key} -keyout ${path("key")} -out ${path("request")} -subj /CN=localhost`);
  const extensions = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";
  await Deno.writeTextFile(path("extensions"), extensions);
  const files = `-in ${path("request")} -out ${path("cert")} -extfile ${path("extensions")}`;
  const authority = `-CA ${path("ca")} -CAkey ${path("ca-key")} -CAcreateserial`;
  await openssl(`x509 -req -days 2 ${files} ${authority}`);
  return await Deno.readTextFile(path("ca"));
}

async function openssl(line: string): Promise<void> {
  const command = new Deno.Command(OPENSSL_PROGRAM ?? "openssl", { args: line.split(" ") });
  const { success, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
}
