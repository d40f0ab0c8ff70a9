import { encode } from "../../lib/image/mod.ts";
import { drawPicture } from "./pictures.ts";

/** A picture server that counts and can hold its answers back. */
export class Photos implements AsyncDisposable {
  /** Requests that came. */
  requests = 0;
  /** Requests whose asker left before the answer. */
  abandoned = 0;
  /** What is answered. */
  picture: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** With which status. */
  status = 200;
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async ({ signal }) => {
        this.requests++;
        const left = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => {
          this.abandoned++;
          left.resolve();
        });
        await Promise.race([this.gate, left.promise]);
        return new Response(this.picture, { status: this.status });
      },
    );
  }

  /** Starts one. */
  static async start(): Promise<Photos> {
    const photos = new Photos();
    await photos.show(1);
    return photos;
  }

  /** Answers with another picture from now on. */
  async show(seed: number): Promise<void> {
    this.picture = await encode(drawPicture(160, 120, seed), { format: "png" });
  }

  /** Where the picture is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/photo.png`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
