// The reference of the server as the page reads it: procedures, shapes and the sentences of errors, from /openapi.json.
import { queryOptions } from "@tanstack/react-query";

/** The part of JSON Schema that the server writes. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  description?: string;
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

export type Kind = "query" | "mutation" | "subscription";

export interface Operation {
  /** As in "post.byId". */
  path: string;
  kind: Kind;
  summary: string;
  auth: "none" | "may" | "must";
  repeat: "never" | "safely" | "byKey" | null;
  isResumable: boolean;
  input: Schema | null;
  output: Schema;
  errors: string[];
  limits: { by: string; calls: number; perSeconds: number }[];
}

export interface Reference {
  operations: Operation[];
  shapes: Record<string, Schema>;
  /** What each code says to people. */
  sentences: Record<string, string>;
}

interface Written {
  operationId: string;
  summary: string;
  security: Record<string, unknown>[];
  parameters?: { name: string; content: Record<string, { schema: Schema }> }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    { content?: Record<string, { schema: Schema & { allOf?: Schema[] }; "x-itemSchema"?: Schema }> }
  >;
  "x-procedure": Kind;
  "x-repeat"?: Operation["repeat"];
  "x-stream"?: { isResumable: boolean };
  "x-errors": string[];
  "x-limits": Operation["limits"];
}

interface Document {
  paths: Record<string, Record<string, Written>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, { description: string }> };
}

function authOf(security: Written["security"]): Operation["auth"] {
  if (security.length === 0) return "none";
  return security.some((one) => Object.keys(one).length === 0) ? "may" : "must";
}

function readOperation(written: Written): Operation {
  const json = "application/json";
  const kind = written["x-procedure"];
  const input =
    written.requestBody?.content[json] ?? written.parameters?.find(({ name }) => name === "input")?.content[json];
  const answer = written.responses["200"]?.content;
  const output =
    kind === "subscription"
      ? answer?.["text/event-stream"]?.["x-itemSchema"]
      : answer?.[json]?.schema.allOf?.[1]?.properties?.result?.properties?.data;
  return {
    path: written.operationId,
    kind,
    summary: written.summary,
    auth: authOf(written.security),
    repeat: written["x-repeat"] ?? null,
    isResumable: written["x-stream"]?.isResumable ?? false,
    input: input?.schema ?? null,
    output: output ?? {},
    errors: written["x-errors"],
    limits: written["x-limits"],
  };
}

/** Makes of the document what the page shows. */
export function readReference(document: Document): Reference {
  const { Envelope: _envelope, Error: _error, ...shapes } = document.components.schemas;
  const said = Object.values(document.components.responses).flatMap(({ description }) => [
    ...description.matchAll(/`([\w.]+)`: ([^;]*)/g),
  ]);
  return {
    operations: Object.values(document.paths).flatMap((item) => Object.values(item).map(readOperation)),
    shapes,
    sentences: Object.fromEntries(said.map(([, code = "", sentence = ""]) => [code, sentence])),
  };
}

/** Loaded once for as long as the page lives. */
export const referenceQuery = queryOptions({
  queryKey: ["reference"],
  staleTime: Number.POSITIVE_INFINITY,
  structuralSharing: false,
  async queryFn({ signal }) {
    const answer = await fetch("/openapi.json", { signal });
    if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
    return readReference((await answer.json()) as Document);
  },
});

export function nameOf(ref: string): string {
  return ref.split("/").at(-1) ?? ref;
}
