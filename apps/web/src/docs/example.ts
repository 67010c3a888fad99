// An input to start from, and the call of a procedure in the SDK.
import { nameOf, type Operation, type Reference, type Schema } from "./reference.ts";

/** The least that a schema takes: what is required, with empty values of the right kind. */
export function exampleOf(schema: Schema, shapes: Reference["shapes"]): unknown {
  if (schema.$ref !== undefined) return exampleOf(shapes[nameOf(schema.$ref)] ?? {}, shapes);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return exampleOf(choice, shapes);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name] ?? {}, shapes)]),
      );
    case "array":
      return [];
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return "";
  }
}

const methods = { query: "query", mutation: "mutate", subscription: "subscribe" } as const;

/** Keys without quotes, as one writes them in code. */
function literalOf(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/"([A-Za-z_]\w*)":/g, "$1: ")
    .replaceAll(/,(?=\w+: )/g, ", ")
    .replaceAll(/\{(?=\w)/g, "{ ")
    .replaceAll(/(?<=[^{])\}/g, " }");
}

export function snippetOf(operation: Operation, example: unknown): string {
  const call = `pixora.${operation.path}.${methods[operation.kind]}`;
  const isEmpty = example === null || (typeof example === "object" && Object.keys(example ?? {}).length === 0);
  const input = isEmpty ? "" : literalOf(example);
  if (operation.kind !== "subscription") return `const answer = await ${call}(${input});`;
  const told = operation.isResumable ? "{ id, data }" : "event";
  const shown = operation.isResumable ? "id, data.type" : "event.type";
  return `const stream = ${call}(${input === "" ? "{}" : input}, {
  onData: (${told}) => console.log(${shown}),
  onError: (error) => console.error(error.message),
});`;
}
