// zod schemas as JSON Schema 2020-12, the language of OpenAPI 3.1: named shapes once each, all else in place.
import { z } from "zod";
import { listNamedViews } from "./names.ts";
import type { Procedure } from "./procedures.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

type NameRegistry = z.core.$ZodRegistry<{ id: string }>;

/** The reference to a named part. */
export function refTo(kind: "schemas" | "responses", name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}

export interface WireSchemas {
  /** The named shapes. */
  components: JsonObject;
  inputOf(path: string): Json;
  outputOf(path: string): Json;
}

/** Describes what procedures take and answer. */
export function writeSchemas(procedures: readonly Procedure[]): WireSchemas {
  const names = listNamedViews();
  const known = new Map([...names].map(([name, schema]) => [schema, name]));
  const outputs: NameRegistry = z.registry<{ id: string }>();
  const inputs: NameRegistry = z.registry<{ id: string }>();
  for (const [name, schema] of names) outputs.add(schema, { id: name });
  // Under names with a dot, which no shape has; one shape may be the input of several procedures.
  const inputNames = nameOnce(inputs, procedures, ({ input }) => input);
  const outputNames = nameOnce(outputs, procedures, ({ output }) => output, known);
  const writtenInputs = writeAll(inputs, "input");
  const writtenOutputs = writeAll(outputs, "output");
  return {
    components: Object.fromEntries([...names.keys()].map((name) => [name, writtenOutputs[name] ?? {}])),
    inputOf: (path) => writtenInputs[inputNames.get(path) ?? ""] ?? {},
    outputOf(path) {
      const name = outputNames.get(path) ?? "";
      return names.has(name) ? refTo("schemas", name) : (writtenOutputs[name] ?? {});
    },
  };
}

/** Registers the schema of every procedure that has no name yet, and answers the names by path. */
function nameOnce(
  registry: NameRegistry,
  procedures: readonly Procedure[],
  schemaOf: (procedure: Procedure) => z.ZodType,
  known: ReadonlyMap<z.ZodType, string> = new Map(),
): ReadonlyMap<string, string> {
  const named = new Map(known);
  const byPath = new Map<string, string>();
  for (const procedure of procedures) {
    const schema = schemaOf(procedure);
    const name = named.get(schema) ?? procedure.path;
    if (!named.has(schema)) registry.add(schema, { id: name });
    named.set(schema, name);
    byPath.set(procedure.path, name);
  }
  return byPath;
}

function writeAll(registry: NameRegistry, io: "input" | "output"): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (name) => `#/components/schemas/${name}`,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => plainly(jsonSchema, z.globalRegistry.get(zodSchema)),
  });
  // Their place in the document says what these would.
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonObject]),
  );
}

/** Says what callers can use: what schemas tell of themselves, and no bounds that are only how zod checks. */
function plainly(schema: z.core.JSONSchema.BaseSchema, told: Record<string, unknown> | undefined): void {
  const { id: _, ...rest } = told ?? {};
  Object.assign(schema, rest);
  // Every integer that JSON can hold.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // Graphemes are counted; the bound on code units is far above.
  if ("x-maxGraphemes" in schema) delete schema.maxLength;
  if (schema.format === "date-time") delete schema.pattern;
  // Keys are added to answers without a new version: who reads one ignores what they do not know.
  if (schema.additionalProperties === false) delete schema.additionalProperties;
}
