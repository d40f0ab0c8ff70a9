import { type Fields, STYLIZE_FIELDS } from "./fields.ts";
import { INFO_FIELDS } from "./info_query.ts";
import { documentQuery, type Parameter } from "./openapi_parameters.ts";
import { type Json, json, pictures, problems } from "./openapi_parts.ts";
import { PAINTING } from "./openapi_problems.ts";

/** A picture, or several in one. */
export function painting(
  operationId: string,
  summary: string,
  fields: Fields,
  required: readonly string[],
): Json {
  const one = operationId === "stylize";
  const masks = one ? [maskParameter()] : [];
  const responses = {
    200: one ? picture() : { description: "The picture", content: pictures() },
    ...(one ? { 302: { description: "The URL of onerror" } } : {}),
    304: { description: "The client has it" },
    ...problems(PAINTING),
  };
  return {
    operationId,
    summary,
    parameters: [...documentQuery(fields, required), ...masks],
    responses,
  };
}

/** A picture, or what comes instead of it. */
function picture(): Json {
  const substitute = {
    description: "Where the picture failed and onerror=original gave the plain one",
    schema: { const: "original" },
  };
  return {
    description: "The picture",
    headers: { "Pastiche-Substitute": substitute },
    content: pictures(),
  };
}

/** A picture that is sent. */
export function upload(): Json {
  const binary = { schema: { type: "string", format: "binary" } };
  const parts = {
    type: "object",
    required: ["image"],
    properties: {
      image: { type: "string", format: "binary" },
      style_image: { type: "string", format: "binary" },
      mask: {
        type: "array",
        description: "As the parameter: each covers the whole content",
        items: { type: "string", format: "binary" },
      },
    },
  };
  return {
    operationId: "stylizeUpload",
    summary: "The picture in the body painted in a style",
    parameters: uploadQuery(),
    requestBody: {
      required: true,
      content: { "image/*": binary, "multipart/form-data": { schema: parts } },
    },
    responses: {
      200: picture(),
      302: { description: "The URL of onerror" },
      ...problems([
        ...PAINTING.filter((code) => code !== "precondition_failed"),
        "body_too_large",
        "upload_timeout",
        "invalid_body",
      ]),
    },
  };
}

function uploadQuery(): readonly Parameter[] {
  const { url: _url, ...fields } = STYLIZE_FIELDS;
  return [...documentQuery(fields, []), maskParameter()];
}

function maskParameter(): Parameter {
  return {
    name: "mask",
    in: "query",
    description:
      "With K styles: URLs of K or K-1 grey pictures, in the styles' order; each covers " +
      "the whole content, whatever its own size, and is cut with it",
    schema: { type: "array", items: { type: "string", format: "uri" }, maxItems: 8 },
  };
}

/** What is said of a picture. */
export function info(): Json {
  return {
    operationId: "info",
    summary: "What a picture is, and placeholders for it; with a style, of its painted picture",
    parameters: [...documentQuery(INFO_FIELDS, ["url"]), maskParameter()],
    responses: {
      200: json("Size, format, colours, placeholders", infoSchema()),
      ...problems(PAINTING.filter((code) => code !== "precondition_failed")),
    },
  };
}

function infoSchema(): Json {
  const count = { type: "integer", minimum: 1 };
  const text = (description: string): Json => ({ type: "string", description });
  const properties = {
    width: { ...count, description: "Pixels per row, as shown: after orientation" },
    height: { ...count, description: "Rows, as shown: after orientation" },
    format: text("By the bytes: jpeg, png, …"),
    orientation: {
      ...count,
      maximum: 8,
      description: "How the stored picture is turned (EXIF); width and height have it applied",
    },
    frames: { ...count, description: "Pictures of an animation; 1 for a still" },
    alpha: { type: "boolean", description: "Whether there may be transparency" },
    bytes: count,
    colours: {
      type: "array",
      description: "Up to 5 colours that stand for most of it, the commonest first",
      items: {
        type: "object",
        required: ["hex", "share"],
        properties: { hex: text("#rrggbb"), share: { type: "number", minimum: 0, maximum: 1 } },
      },
    },
    thumbhash: text("ThumbHash in base64"),
    blurhash: text("BlurHash of 4 x 3 components, of the picture on white"),
    placeholder: text("A tiny picture as a data URI"),
  };
  return { type: "object", required: Object.keys(properties), properties };
}
