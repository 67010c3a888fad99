// One procedure as an operation: how it is called over HTTP, what it answers, what it can be refused with.
import type { AppErrorCode } from "../../platform/call/errors.ts";
import { statusOf } from "./errors.ts";
import { type LimitSettings, writeLimits, writeStreamLimits } from "./limits.ts";
import type { Procedure } from "./procedures.ts";
import { type Json, type JsonObject, refTo, type WireSchemas } from "./schemas.ts";
import { summaryOf } from "./summaries.ts";

/** The item of the path `/trpc/<procedure>`. Queries and streams are GET, changes are POST. */
export function writePathItem(
  procedure: Procedure,
  parts: { schemas: WireSchemas; limits: LimitSettings },
): JsonObject {
  const { path, type, meta } = procedure;
  const [room = ""] = path.split(".");
  const input = parts.schemas.inputOf(path);
  const isChange = type === "mutation";
  const operation: JsonObject = {
    operationId: path,
    summary: summaryOf(path),
    tags: [room],
    security: securityOf(meta.auth),
    ...(isChange ? { requestBody: bodyOf(procedure, input) } : { parameters: [parameterOf(procedure, input)] }),
    responses: {
      "200":
        type === "subscription" ? streamAnswer(parts.schemas.outputOf(path)) : answer(parts.schemas.outputOf(path)),
      ...refusals(procedure.errors),
    },
    "x-procedure": type,
    ...(isChange ? { "x-repeat": meta.repeat ?? "safely" } : {}),
    ...(meta.session === undefined ? {} : { "x-session": meta.session }),
    ...(type === "subscription" ? streamParts(procedure, parts) : {}),
    "x-errors": [...procedure.errors],
    "x-limits": writeLimits(procedure, parts.limits),
  };
  return { [isChange ? "post" : "get"]: operation };
}

/** An empty list: no token is read. With an empty object in it: a token may be left out. */
function securityOf(auth: Procedure["meta"]["auth"]): JsonObject[] {
  const token = { accessToken: [] };
  if (auth === "required") return [token];
  return auth === "optional" ? [{}, token] : [];
}

function parameterOf({ isInputOptional }: Procedure, schema: Json): JsonObject {
  return { name: "input", in: "query", required: !isInputOptional, content: { "application/json": { schema } } };
}

function bodyOf({ isInputOptional }: Procedure, schema: Json): JsonObject {
  return { required: !isInputOptional, content: { "application/json": { schema } } };
}

function answer(output: Json): JsonObject {
  const narrowed = { properties: { result: { properties: { data: output } } } };
  return {
    description: "The answer",
    content: { "application/json": { schema: { allOf: [refTo("schemas", "Envelope"), narrowed] } } },
  };
}

// OpenAPI 3.1 has no word for the items of a stream (3.2 has itemSchema).
function streamAnswer(event: Json): JsonObject {
  return {
    description: "Server-sent events, until the client closes; the data of each is one event as JSON",
    content: { "text/event-stream": { schema: { type: "string" }, "x-itemSchema": event } },
  };
}

function streamParts({ path, meta }: Procedure, { limits }: { limits: LimitSettings }): JsonObject {
  const isResumable = meta.isResumable === true;
  return {
    "x-stream": {
      isResumable,
      maxOpen: writeStreamLimits(limits),
      // Events without a name are the stream's own.
      eventStream: { opened: "connected", idle: "ping", failed: "serialized-error", ended: "return" },
      webSocket: {
        path: "/trpc",
        subscribe: { id: 1, method: "subscription", params: { path, input: {} } },
        event: {
          id: 1,
          result: { type: "data", ...(isResumable ? { id: "7", data: { id: "7", data: {} } } : { data: {} }) },
        },
        stop: { id: 1, method: "subscription.stop" },
      },
    },
  };
}

/** The codes of each status. */
export function byStatus(codes: readonly AppErrorCode[]): ReadonlyMap<number, readonly AppErrorCode[]> {
  const statuses = [...new Set(codes.map(statusOf))].sort((left, right) => left - right);
  return new Map(statuses.map((status) => [status, codes.filter((code) => statusOf(code) === status)]));
}

/** The name of a shared answer: its codes. */
export function refusalName(codes: readonly AppErrorCode[]): string {
  return codes.join("-");
}

function refusals(codes: readonly AppErrorCode[]): JsonObject {
  const entries = [...byStatus(codes)].map(([status, ofStatus]): [string, JsonObject] => [
    String(status),
    refTo("responses", refusalName(ofStatus)),
  ]);
  return Object.fromEntries(entries);
}
