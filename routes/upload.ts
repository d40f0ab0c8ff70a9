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
 * Finds the uploaded pictures in a body: the body itself, or the parts of `multipart/form-data`:
 * `image` and, if wanted, `style_image` and `mask` (several).
 *
 * @param body The body.
 * @param type Its `Content-Type`.
 * @returns The pictures.
 * @throws {RequestError} `invalid_body`.
 */
export async function readUpload(
  body: Uint8Array<ArrayBuffer>,
  type: string = "",
): Promise<Upload> {
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
