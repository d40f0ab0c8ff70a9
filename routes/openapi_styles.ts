import { MAX_STYLE_BYTES, STYLE_ID } from "../lib/catalog/mod.ts";
import { SIGNING_FIELDS } from "./fields.ts";
import { documentQuery, type Parameter } from "./openapi_parameters.ts";
import { type Json, json, pictures, problems } from "./openapi_parts.ts";
import { ADMINISTRATION, ALWAYS, REGISTERING, SHOWING } from "./openapi_problems.ts";
import { METADATA_FIELDS } from "./styles.ts";

/** The text of a style's id. */
const ID_TEXT = { type: "string", pattern: STYLE_ID.source, maxLength: 64 };

const ID: Parameter = { name: "id", in: "path", required: true, schema: ID_TEXT };

/** All styles. */
export function listStyles(): Json {
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
      { name: "cursor", in: "query", description: "From next of the page before", schema: ID_TEXT },
    ],
    responses: {
      200: json("A page", list),
      ...problems([...ALWAYS, "invalid_parameter", "store_unavailable"]),
    },
  };
}

const STYLE = { $ref: "#/components/schemas/Style" };

/** One style. */
export function getStyle(): Json {
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

/** A style that is registered. */
export function putStyle(): Json {
  return {
    operationId: "putStyle",
    summary: "Registers a picture as a style, or replaces it",
    description: `A picture has up to ${MAX_STYLE_BYTES / 2 ** 20} MiB.`,
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
      ...problems(REGISTERING),
    },
  };
}

/** A style that is removed. */
export function deleteStyle(): Json {
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

/** How a style looks. */
export function styleImage(): Json {
  const width = { type: "integer", minimum: 1, maximum: 1024 };
  return {
    operationId: "getStyleImage",
    summary: "The style's picture, or the sample painted in it",
    parameters: [
      ID,
      { name: "w", in: "query", schema: width },
      ...documentQuery(SIGNING_FIELDS, []),
    ],
    responses: {
      200: { description: "The picture", content: pictures() },
      304: { description: "The client has it" },
      ...problems(SHOWING),
    },
  };
}
