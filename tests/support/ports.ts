/**
 * A port on 127.0.0.1 that nobody listens on. It is below those that the system gives to connections
 * (from 32768 on), so that none of them takes it before, or while, its server is started again.
 */
export function freePort(): number {
  for (;;) {
    const port = 10_000 + Math.floor(22_000 * Math.random());
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
