import { PROBLEM_KINDS, type ProblemCode } from "./problem.ts";

/** A part of the document. */
export type Json = Readonly<Record<string, unknown>>;

const PICTURES = ["avif", "gif", "jpeg", "png", "webp"];

/** A response with a JSON body. */
export function json(description: string, schema: Json): Json {
  return { description, content: { "application/json": { schema } } };
}

/** The media types of a picture. */
export function pictures(): Json {
  const schema = { type: "string", format: "binary" };
  return Object.fromEntries(PICTURES.map((name) => [`image/${name}`, { schema }]));
}

/** One response per status, with the titles of its reasons. */
export function problems(codes: readonly ProblemCode[]): Json {
  const statuses = new Map<number, Set<string>>();
  for (const code of codes) {
    const { status, title } = PROBLEM_KINDS[code];
    statuses.set(status, (statuses.get(status) ?? new Set()).add(title));
  }
  const schema = { $ref: "#/components/schemas/Problem" };
  return Object.fromEntries(
    [...statuses].map(([code, titles]) => [code, {
      description: [...titles].join("; "),
      content: { "application/problem+json": { schema } },
    }]),
  );
}

/** The body of every response that is no success. */
export function problemSchema(): Json {
  const text = { type: "string" };
  const code = { type: "string", enum: Object.keys(PROBLEM_KINDS) };
  return {
    type: "object",
    required: ["type", "title", "status", "detail", "instance", "code"],
    properties: {
      type: text,
      title: text,
      status: { type: "integer" },
      detail: text,
      instance: text,
      code,
      upstream_status: { type: "integer" },
    },
  };
}

/** A style as clients see it. */
export function styleSchema(): Json {
  const text = { type: "string" };
  return {
    type: "object",
    required: ["id", "title", "origin", "version", "image"],
    properties: {
      id: text,
      title: text,
      artist: text,
      year: { type: "integer" },
      licence: text,
      description: text,
      origin: { enum: ["builtin", "user"] },
      version: text,
      updatedAt: { type: "string", format: "date-time" },
      image: text,
      picture: {
        type: "object",
        properties: { width: { type: "integer" }, height: { type: "integer" } },
      },
    },
  };
}
