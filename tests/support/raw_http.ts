/** Answers requests, as the app's `fetch` does. */
type Handler = (request: Request) => Response | Promise<Response>;

/**
 * Sends bytes that no HTTP client would send, or reads what none would show.
 *
 * @param handler What answers; it is served on a port of its own.
 * @param request The request's head, lines ended by CRLF; it asks for the connection to be closed.
 * @returns All that comes back.
 */
export async function askRaw(handler: Handler, request: string): Promise<string> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const { hostname, port } = server.addr;
  const connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}
