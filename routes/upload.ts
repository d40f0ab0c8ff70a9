import type { Bodies } from "./body.ts";
import { RequestError } from "./errors.ts";
import type { UploadedParts } from "./stylize_query.ts";

/** Names of the parts of a multipart body. */
const PARTS = new Set(["image", "style_image", "mask"]);

/** An uploaded content with what may come beside it. */
export interface Upload extends UploadedParts {
  /** The content. */
  readonly image: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an uploaded picture: the body itself, or `multipart/form-data` with `image` and, if wanted,
 * `style_image` and `mask` (several).
 *
 * @param request The request.
 * @param options What reads it, and the most bytes of the whole body.
 * @returns The pictures.
 * @throws {RequestError} `body_too_large`, `upload_timeout` or `invalid_body`.
 * @throws {ComputeError} `queue_full`.
 */
export async function readUpload(
  request: Request,
  { bodies, maxBytes }: { readonly bodies: Bodies; readonly maxBytes: number },
): Promise<Upload> {
  const body = await bodies.read(request, maxBytes);
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) return { image: body, masks: [] };
  const form = await new Response(body, { headers: { "content-type": type } }).formData()
    .catch((cause: unknown) => {
      throw refuse("The body is no multipart/form-data, or is cut off", { cause });
    });
  const unknown = [...form.keys()].find((name) => !PARTS.has(name));
  if (unknown !== undefined) {
    throw refuse(`Unknown part "${unknown.slice(0, 80)}"; allowed: ${[...PARTS].join(", ")}`);
  }
  const [image, ...others] = await readFiles(form, "image");
  const [style, ...styles] = await readFiles(form, "style_image");
  if (!image || others.length > 0 || styles.length > 0) {
    throw refuse("The body needs one part image, and at most one part style_image");
  }
  return { image, ...(style ? { style } : {}), masks: await readFiles(form, "mask") };
}

async function readFiles(form: FormData, name: string): Promise<Uint8Array<ArrayBuffer>[]> {
  return await Promise.all(
    form.getAll(name).map(async (part) => {
      if (typeof part !== "string") return await part.bytes();
      throw refuse(`The part ${name} must be a file`);
    }),
  );
}

function refuse(message: string, options?: ErrorOptions): RequestError {
  return new RequestError("invalid_body", message, {}, options);
}
