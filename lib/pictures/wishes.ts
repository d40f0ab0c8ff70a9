import type { Painter } from "./painter.ts";
import type { PictureRequest, SheetRequest } from "./request.ts";
import { pictureWish, sheetWish, type Wish } from "./wish.ts";

/** Remembers how pictures are named: to name one takes longer than to find it in memory. */
export class Wishes {
  readonly #painter: Painter;
  readonly #known = new WeakMap<PictureRequest | SheetRequest, Wish>();

  /** @param painter Makes the pictures. */
  constructor(painter: Painter) {
    this.#painter = painter;
  }

  /**
   * @param request The object that {@linkcode of} was asked with before, not an equal one.
   * @returns How it is named and made; undefined where its styles may have changed since.
   */
  known(request: PictureRequest | SheetRequest): Wish | undefined {
    const wish = this.#known.get(request);
    return wish && this.#painter.isCurrent(wish.plan) ? wish : undefined;
  }

  /**
   * @param request One picture or a sheet.
   * @returns How it is named and made.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async of(request: PictureRequest | SheetRequest): Promise<Wish> {
    const known = this.known(request);
    if (known) return known;
    const wish = "styles" in request
      ? await sheetWish(this.#painter, request)
      : await pictureWish(this.#painter, request);
    this.#known.set(request, wish);
    return wish;
  }
}
