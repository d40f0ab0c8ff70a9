import type { Context } from "hono";
import { LRUCache } from "lru-cache";
import type { Served } from "../lib/pictures/mod.ts";
import { noteFreshness, pictureResponse, type ResponseOptions } from "./picture_response.ts";
import type { Presentation } from "./picture_query.ts";

/** Rough bytes of one beside its body: headers, map slot, list links. */
const OVERHEAD = 4096;

interface Ready {
  readonly served: Served;
  readonly response: Response;
}

/**
 * Responses that are given again and again. To make one checks every header and copies the body;
 * its clones share both, and take a fiftieth of the time.
 */
export class ReadyResponses {
  readonly #known: LRUCache<Presentation, Ready>;

  /** @param maxBytes Bound of the bytes held: each response has a copy of its picture. */
  constructor(maxBytes: number) {
    this.#known = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ served }) => OVERHEAD + (served.body?.byteLength ?? 0),
    });
  }

  /**
   * Makes the response with a picture that is at hand in memory, or finds the one made before of the
   * same object for the same query.
   *
   * @param c The request.
   * @param served The picture.
   * @param options What the headers depend on.
   * @returns As {@linkcode pictureResponse}.
   */
  response(c: Context, served: Served, options: ResponseOptions): Response {
    const { presentation } = options;
    const known = this.#known.get(presentation);
    if (known?.served === served) {
      noteFreshness(c, served);
      return known.response.clone();
    }
    const response = pictureResponse(c, served, options);
    if (!served.body) return response;
    this.#known.set(presentation, { served, response });
    return response.clone();
  }
}
