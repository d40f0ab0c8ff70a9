import { type Fields, STYLIZE_FIELDS } from "./fields.ts";
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
    200: { description: "The picture", content: pictures() },
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

/** A picture that is sent. */
export function upload(): Json {
  const binary = { schema: { type: "string", format: "binary" } };
  const parts = {
    type: "object",
    required: ["image"],
    properties: {
      image: { type: "string", format: "binary" },
      style_image: { type: "string", format: "binary" },
      mask: { type: "array", items: { type: "string", format: "binary" } },
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
      200: { description: "The picture", content: pictures() },
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
    description: "With K styles: URLs of K or K-1 grey pictures, in the styles' order",
    schema: { type: "array", items: { type: "string", format: "uri" }, maxItems: 8 },
  };
}

/** What is said of a picture. */
export function info(): Json {
  return {
    operationId: "info",
    summary: "What a picture is, and placeholders for it; with a style, of its painted picture",
    parameters: [...documentQuery(STYLIZE_FIELDS, ["url"]), maskParameter()],
    responses: {
      200: json("Size, format, colours, placeholders", { type: "object" }),
      ...problems(PAINTING),
    },
  };
}
