// The types of the API as plain interfaces with names, written from the reference (packages/api's openapi.json): what the
// packed SDK ships instead of the router's inferred type, which drags tRPC and zod along and shows no names. That both say
// the same is checked by the compiler whenever the SDK is packed (same-types.mjs).

const indentOf = (depth) => "  ".repeat(depth);

/** `post.byId` → `PostById`. */
const pascal = (path) => path.replace(/(^|\.)(\w)/g, (_, _dot, letter) => letter.toUpperCase());

const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function docOf(lines, depth) {
  const kept = lines.filter((line) => line);
  if (kept.length === 0) return "";
  const pad = indentOf(depth);
  if (kept.length === 1) return `${pad}/** ${kept[0]} */\n`;
  return `${pad}/**\n${kept.map((line) => `${pad} * ${line}\n`).join("")}${pad} */\n`;
}

function rangeOf({ minimum, maximum }) {
  if (minimum === undefined && maximum === undefined) return null;
  if (maximum === undefined) return `At least ${minimum}.`;
  return minimum === undefined ? `At most ${maximum}.` : `${minimum} to ${maximum}.`;
}

function describe(schema) {
  const standard = schema.default === undefined ? null : `Default: ${JSON.stringify(schema.default)}.`;
  const description = schema.description && `${schema.description.replace(/\.$/, "")}.`;
  const time = schema.format === "date-time" && schema.description === undefined ? "ISO 8601, in UTC." : null;
  return [[description, time, rangeOf(schema), standard].filter(Boolean).join(" ")];
}

function unionOf(parts) {
  return [...new Set(parts)].join(" | ");
}

function arrayOf(item) {
  return /^[\w."]+$/.test(item) ? `${item}[]` : `(${item})[]`;
}

/** A JSON Schema as a type. `isInput`: what may be left out may be given as undefined, too. */
export function writeType(schema, { depth = 0, isInput = false } = {}) {
  const within = { depth, isInput };
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return unionOf(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return unionOf(choices.map((choice) => writeType(choice, within)));
  if (schema.not !== undefined) return "undefined";
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type) => writeType({ ...schema, type }, within)));
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return arrayOf(writeType(schema.items, within));
    case "object":
      return writeObject(schema, within);
    default:
      throw new Error(`no type for ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function writeObject(schema, { depth, isInput }) {
  const required = new Set(schema.required ?? []);
  const properties = { ...schema.properties };
  if (schema.additionalProperties !== undefined && schema.propertyNames?.enum !== undefined) {
    for (const name of schema.propertyNames.enum) properties[name] ??= schema.additionalProperties;
  } else if (schema.additionalProperties !== undefined && Object.keys(properties).length === 0) {
    return `Record<string, ${writeType(schema.additionalProperties, { depth, isInput })}>`;
  }
  if (Object.keys(properties).length === 0) return isInput ? "Record<string, never>" : "{}";
  const lines = Object.entries(properties).map(([name, property]) => {
    const type = writeType(property, { depth: depth + 1, isInput });
    const isOptional = !required.has(name);
    const written = isOptional && isInput && type !== "undefined" ? `${type} | undefined` : type;
    const doc = docOf(describe(property), depth + 1);
    return `${doc}${indentOf(depth + 1)}${key(name)}${isOptional ? "?" : ""}: ${written};\n`;
  });
  return `{\n${lines.join("")}${indentOf(depth)}}`;
}

function declare(name, type, doc = "") {
  return /^\{\n[\s\S]*\n\}$/.test(type) && !/\n\} \|/.test(type)
    ? `${doc}export interface ${name} ${type}\n`
    : `${doc}export type ${name} = ${type};\n`;
}

const everywhere = new Set(["input.invalid", "internal", "limit.exceeded", "service.unavailable"]);

/** One operation of the reference as what the client has of it. */
function readOperation(path, operation) {
  const kind = operation["x-procedure"];
  const parameter = operation.parameters?.find(({ name }) => name === "input");
  const body = operation.requestBody ?? parameter;
  const input = body?.content["application/json"].schema ?? null;
  const { content } = operation.responses[200];
  const output =
    kind === "subscription"
      ? content["text/event-stream"]["x-itemSchema"]
      : content["application/json"].schema.allOf[1].properties.result.properties.data;
  const errors = operation["x-errors"].filter((code) => !everywhere.has(code));
  const limits = operation["x-limits"].map(({ by, calls, perSeconds }) => `${calls} in ${perSeconds} s by ${by}`);
  return {
    path,
    kind,
    input,
    isInputOptional: input === null || !body.required,
    isTracked: operation["x-stream"]?.isResumable === true,
    output,
    doc: [
      `${operation.summary}.`,
      errors.length > 0 && `Errors: ${errors.map((code) => `\`${code}\``).join(", ")}.`,
      limits.length > 0 && `Limits: ${limits.join("; ")}.`,
    ],
  };
}

const kinds = { query: "Query", mutation: "Mutation", subscription: "Subscription" };

/** All that apps may name: `PostView`, `PostCreateInput`, `RouterInputs`, `RouterOutputs`, `AppErrorCode`, `AppRouter`. */
export function writeApiTypes(document, { errorCodes }) {
  const operations = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((operation) => readOperation(operation.operationId, operation)),
  );
  const { Envelope: _envelope, Error: _error, ...components } = document.components.schemas;
  const views = Object.entries(components).map(([name, schema]) =>
    declare(name, writeType(schema), docOf(describe(schema), 0)),
  );
  const named = [];
  const rooms = new Map();
  for (const operation of operations) {
    const [room, name] = operation.path.split(".");
    const inputName = `${pascal(operation.path)}Input`;
    const outputName = operation.output.$ref ? writeType(operation.output) : `${pascal(operation.path)}Output`;
    if (operation.input !== null) named.push(declare(inputName, writeType(operation.input, { isInput: true })));
    if (!operation.output.$ref) named.push(declare(outputName, writeType(operation.output)));
    const input =
      operation.input === null ? "void" : `${inputName}${operation.isInputOptional ? " | void | undefined" : ""}`;
    const told = operation.isTracked ? `TrackedEvent<${outputName}>` : outputName;
    const output = operation.kind === "subscription" ? `AsyncIterable<${told}, void, any>` : outputName;
    const calls = `${kinds[operation.kind]}<${input}, ${operation.kind === "subscription" ? told : outputName}>`;
    rooms.set(room, [...(rooms.get(room) ?? []), { name, input, output, calls, doc: operation.doc }]);
  }
  const table = (field) =>
    [...rooms].map(
      ([room, list]) => `  ${room}: {\n${list.map((one) => `    ${one.name}: ${one[field]};\n`).join("")}  };\n`,
    );
  const clients = [...rooms].map(([room, list]) =>
    declare(
      `${pascal(room)}Procedures`,
      `{\n${list.map((one) => `${docOf(one.doc, 1)}  ${one.name}: ${one.calls};\n`).join("")}}`,
    ),
  );
  return [
    'import type { Mutation, Query, Subscription, TrackedEvent } from "./trpc.js";\n',
    `export type AppErrorCode =\n${errorCodes.map((code) => `  | ${JSON.stringify(code)}`).join("\n")};\n`,
    "/** Sentences by the dotted path of their field. */\nexport type FieldErrors = Record<string, string[]>;\n",
    ...views,
    ...named,
    ...clients,
    `/** Every procedure, as a client calls it. */\nexport interface Procedures {\n${[...rooms.keys()].map((room) => `  ${room}: ${pascal(room)}Procedures;\n`).join("")}}\n`,
    `/** What procedures take, by room and name. */\nexport interface RouterInputs {\n${table("input").join("")}}\n`,
    `/** What procedures answer, by room and name. */\nexport interface RouterOutputs {\n${table("output").join("")}}\n`,
    routerType,
  ].join("\n");
}

const routerType = `type KindOf<Procedure> = Procedure extends { query: unknown } ? "query" : Procedure extends { mutate: unknown } ? "mutation" : "subscription";
/** The API as a type: which procedures there are, and of which kind. */
export interface AppRouter {
  _def: {
    record: {
      [Room in keyof Procedures]: {
        [Name in keyof Procedures[Room]]: { _def: { type: KindOf<Procedures[Room][Name]> } };
      };
    };
  };
}
`;
