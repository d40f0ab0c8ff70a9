import { type Fields, SHEET_FIELDS, STYLIZE_FIELDS } from "./fields.ts";
import { documentQuery, type Parameter } from "./openapi_parameters.ts";
import {
  type Json,
  json,
  pictures,
  problems,
  problemSchema,
  styleSchema,
} from "./openapi_parts.ts";
import type { ProblemCode } from "./problem.ts";
import { METADATA_FIELDS } from "./styles.ts";

/** What any request may meet. */
const ALWAYS: readonly ProblemCode[] = ["internal", "method_not_allowed"];

/** What requests that fetch and paint may meet. */
const PAINTING: readonly ProblemCode[] = [
  ...ALWAYS,
  "invalid_parameter",
  "address_not_allowed",
  "unknown_style",
  "url_expired",
  "precondition_failed",
  "source_too_large",
  "not_an_image",
  "corrupt_image",
  "rate_limited",
  "unreachable",
  "queue_full",
  "upstream_timeout",
  "loop",
];

const ADMINISTRATION: readonly ProblemCode[] = [
  ...ALWAYS,
  "invalid_parameter",
  "unauthorized",
  "administration_off",
  "store_unavailable",
];

/**
 * Describes the interface (OpenAPI 3.1); parameters come from the schemas that validate them.
 *
 * @param server The service's own origin.
 * @returns The document.
 */
export function openApiDocument(server: string): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Pastiche",
      version: "1",
      description: "Any image in the style of any other, addressed by a URL.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: server }],
    paths: {
      "/v1/stylize": {
        get: painting("stylize", "A picture painted in a style", STYLIZE_FIELDS, ["url"]),
        post: { ...upload(), parameters: documentUploadQuery() },
      },
      "/v1/sheet": {
        get: painting("sheet", "One picture in many styles", SHEET_FIELDS, ["url", "styles"]),
      },
      "/v1/info": { get: info() },
      "/v1/styles": { get: listStyles() },
      "/v1/styles/{id}": { get: getStyle(), put: putStyle(), delete: deleteStyle() },
      "/v1/styles/{id}/image": { get: styleImage() },
      "/v1/purge": { post: purge() },
      "/healthz": { get: status("health", "The process answers") },
      "/readyz": { get: { ...status("readiness", "It can paint, or why not"), ...notReady() } },
    },
    components: {
      schemas: { Problem: problemSchema(), Style: styleSchema() },
      securitySchemes: { administration: { type: "http", scheme: "bearer" } },
    },
  };
}

function painting(
  operationId: string,
  summary: string,
  fields: Fields,
  required: readonly string[],
): Json {
  const masks = operationId === "stylize" ? [maskParameter()] : [];
  const responses = {
    200: { description: "The picture", content: pictures() },
    302: { description: "The URL of onerror" },
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

function upload(): Json {
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
    requestBody: {
      required: true,
      content: { "image/*": binary, "multipart/form-data": { schema: parts } },
    },
    responses: {
      200: { description: "The picture", content: pictures() },
      304: { description: "The client has it" },
      ...problems([...PAINTING, "body_too_large", "invalid_body"]),
    },
  };
}

function documentUploadQuery(): readonly Parameter[] {
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

function info(): Json {
  return {
    operationId: "info",
    summary: "What a picture is, and placeholders for it; with a style, of its painted picture",
    parameters: documentQuery(STYLIZE_FIELDS, ["url"]),
    responses: {
      200: json("Size, format, colours, placeholders", { type: "object" }),
      ...problems(PAINTING),
    },
  };
}

function listStyles(): Json {
  const list = {
    type: "object",
    required: ["styles"],
    properties: {
      styles: { type: "array", items: { $ref: "#/components/schemas/Style" } },
      next: { type: "string" },
    },
  };
  return {
    operationId: "listStyles",
    summary: "The styles, in pages",
    parameters: [
      { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 200 } },
      { name: "cursor", in: "query", schema: { type: "string", pattern: "^[a-z0-9]{1,32}$" } },
    ],
    responses: {
      200: json("A page", list),
      ...problems([...ALWAYS, "invalid_parameter", "store_unavailable"]),
    },
  };
}

const ID: Parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 64 },
};

const STYLE = { $ref: "#/components/schemas/Style" };

function getStyle(): Json {
  return {
    operationId: "getStyle",
    summary: "One style",
    parameters: [ID],
    responses: {
      200: json("The style", STYLE),
      ...problems([...ALWAYS, "invalid_parameter", "unknown_style", "store_unavailable"]),
    },
  };
}

function putStyle(): Json {
  return {
    operationId: "putStyle",
    summary: "Registers a picture as a style, or replaces it",
    security: [{ administration: [] }],
    parameters: [ID, ...documentQuery(METADATA_FIELDS, [])],
    requestBody: {
      required: true,
      content: {
        "image/*": { schema: { type: "string", format: "binary" } },
        "application/json": {
          schema: {
            type: "object",
            required: ["url"],
            properties: { url: { type: "string", format: "uri" } },
            additionalProperties: false,
          },
        },
      },
    },
    responses: {
      200: json("It was there", STYLE),
      201: json("It is new", STYLE),
      ...problems([
        ...PAINTING,
        ...ADMINISTRATION,
        "body_too_large",
        "not_an_image",
        "corrupt_image",
        "queue_full",
      ]),
    },
  };
}

function deleteStyle(): Json {
  return {
    operationId: "deleteStyle",
    summary: "Removes a style",
    security: [{ administration: [] }],
    parameters: [ID],
    responses: {
      204: { description: "It is gone" },
      ...problems([...ADMINISTRATION, "unknown_style"]),
    },
  };
}

function styleImage(): Json {
  const width = { type: "integer", minimum: 1, maximum: 1024 };
  return {
    operationId: "getStyleImage",
    summary: "The style's picture, or the sample painted in it",
    parameters: [ID, { name: "w", in: "query", schema: width }],
    responses: {
      200: { description: "The picture", content: pictures() },
      304: { description: "The client has it" },
      ...problems([...PAINTING, "store_unavailable"]),
    },
  };
}

function purge(): Json {
  const text = { type: "string" };
  const one = (name: string, schema: Json): Json => ({
    type: "object",
    required: [name],
    properties: { [name]: schema },
    additionalProperties: false,
  });
  const schema = {
    oneOf: [
      one("style", text),
      one("model", text),
      one("url", { ...text, format: "uri" }),
      one("all", { const: true }),
    ],
  };
  return {
    operationId: "purge",
    summary: "Forgets pictures by style, model or source, or all",
    security: [{ administration: [] }],
    requestBody: { required: true, content: { "application/json": { schema } } },
    responses: {
      200: json("How many were dropped at once", { type: "object" }),
      ...problems([...ADMINISTRATION, "invalid_body", "body_too_large", "purge_failed"]),
    },
  };
}

function status(operationId: string, summary: string): Json {
  return { operationId, summary, responses: { 200: json("How it is", { type: "object" }) } };
}

function notReady(): Json {
  const schema = { type: "object" };
  return { responses: { 200: json("It can", schema), 503: json("It cannot", schema) } };
}
