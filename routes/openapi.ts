import { SHEET_FIELDS, STYLIZE_FIELDS } from "./fields.ts";
import { type Json, json, problems, problemSchema, styleSchema } from "./openapi_parts.ts";
import { info, painting, upload } from "./openapi_pictures.ts";
import { ADMINISTRATION } from "./openapi_problems.ts";
import { deleteStyle, getStyle, listStyles, putStyle, styleImage } from "./openapi_styles.ts";

/**
 * Describes the interface (OpenAPI 3.1); parameters come from the schemas that validate them.
 *
 * @param servers Where the service is: absolute, or from the document's address on; the usual one
 *   first.
 * @returns The document.
 */
export function openApiDocument(servers: readonly string[]): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Pastiche",
      version: "1",
      description: "Any image in the style of any other, addressed by a URL. Pages of any origin " +
        "may read all but health, and what needs the administration's token.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: servers.map((url) => ({ url })),
    paths: {
      "/v1/stylize": {
        get: painting("stylize", "A picture painted in a style", STYLIZE_FIELDS, ["url"]),
        post: upload(),
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

const PURGED: Json = {
  type: "object",
  required: ["purged"],
  properties: {
    purged: { type: "integer", minimum: 0 },
    tag: {
      type: "string",
      description: "Purges the copies in caches in front, where they know Cache-Tag; none of all",
    },
  },
};

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
      200: json("How many were dropped at once", PURGED),
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
