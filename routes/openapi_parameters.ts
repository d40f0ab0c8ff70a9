import * as z from "zod";
import type { Fields } from "./fields.ts";

/** A parameter object of OpenAPI. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly schema: unknown;
  readonly description?: string | undefined;
  readonly required?: boolean;
}

/**
 * Describes the parameters of a query by the schemas that validate them. What a schema cannot say
 * of a text, such as that it is read as a number, stands in its metadata as `schema`. An example is
 * what `/docs` fills in and sends, so parameters that are mostly left out have none.
 *
 * @param fields The schemas.
 * @param required The names of those that must be there.
 * @returns Parameter objects.
 */
export function documentQuery(fields: Fields, required: readonly string[]): readonly Parameter[] {
  return Object.entries(fields).map(([name, field]) => {
    const { $schema: _, description, example, schema, ...rest } = z.toJSONSchema(field, {
      io: "input",
    });
    return {
      name,
      in: "query",
      required: required.includes(name),
      description,
      schema: { ...Object(schema ?? rest), ...(example === undefined ? {} : { example }) },
    };
  });
}
