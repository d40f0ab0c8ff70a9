import { type Config, ConfigError } from "../lib/config.ts";

/**
 * Starts a server.
 *
 * @param config Where it listens.
 * @param handler Answers requests.
 * @returns The server.
 * @throws {ConfigError} If it cannot listen there.
 */
export function listen(config: Config, handler: Deno.ServeHandler): Deno.HttpServer<Deno.NetAddr> {
  const { HOST: hostname, PORT: port } = config;
  try {
    return Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (error) {
    const { AddrInUse, AddrNotAvailable } = Deno.errors;
    if (error instanceof AddrInUse) {
      throw new ConfigError([`PORT: ${port} of ${hostname} is in use, set another one`]);
    }
    if (error instanceof AddrNotAvailable) {
      throw new ConfigError([`HOST: "${hostname}" is no address of this machine`]);
    }
    // Its name cannot be resolved.
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`HOST: cannot listen at "${hostname}": ${why}`]);
  }
}
