// The reference of the wire: an OpenAPI 3.1 document, made of nothing but the router, its schemas and the tables of errors
// and limits. Promise: a procedure is in it from the moment it is in the router.
import { type AppErrorCode, messageOf, trpcCodeOf } from "../../platform/call/errors.ts";
import type { LimitSettings } from "./limits.ts";
import { byStatus, refusalName, writePathItem } from "./operation.ts";
import { listProcedures, type Procedure } from "./procedures.ts";
import { type JsonObject, refTo, writeSchemas } from "./schemas.ts";

/** Of the wire, not of the code behind it: names and shapes are promises. */
const version = "1";

const description = `The wire of Pixora: tRPC 11 without a data transformer. \`@pixora/client\` is its typed SDK; this is for everyone else.

- Queries and streams: \`GET /trpc/<procedure>?input=<JSON>\`. Changes: \`POST\` with the input as a JSON body. Queries that are too long for a URL may be sent by \`POST\`, too.
- Up to 50 calls fit in one request: \`/trpc/post.byId,user.me?batch=1\`, inputs as an object by place (\`{"0": …, "1": …}\`), answers as a list.
- Ids are decimal strings of 64 bits; instants are ISO-8601 in UTC. Lists take \`cursor\` and \`limit\`; only \`nextCursor: null\` is the end.
- Sessions: \`Authorization: Bearer <access token>\`. Over a WebSocket at \`/trpc?connectionParams=1\` the first message is \`{"method":"connectionParams","data":{"token":"…"}}\`. A token in a URL is refused. A bad token is refused on public procedures, too.
- Streams are server-sent events, or run over that WebSocket; those that are resumable go on after \`lastEventId\`.
- Errors carry \`error.data.appCode\`; which a procedure can answer stands at it (\`x-errors\`), and so do its budgets (\`x-limits\`) and whether a lost change may be sent again (\`x-repeat\`).
- Read with tolerance: keys are added to answers, events to streams, and codes to errors.`;

/** Makes the document. It takes some tens of milliseconds of CPU: keep what it answers. */
export function writeReference(input: { limits: LimitSettings }): JsonObject {
  const procedures = listProcedures();
  const schemas = writeSchemas(procedures);
  return {
    openapi: "3.1.1",
    info: { title: "Pixora", version, description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: [...new Set(procedures.map(({ path }) => path.split(".", 1)[0] ?? ""))].map((name) => ({ name })),
    paths: Object.fromEntries(
      procedures.map((procedure) => [
        `/trpc/${procedure.path}`,
        writePathItem(procedure, { schemas, limits: input.limits }),
      ]),
    ),
    components: {
      securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      responses: writeRefusals(procedures),
      schemas: { Envelope: envelope, Error: writeErrorShape(procedures), ...schemas.components },
    },
  };
}

const envelope: JsonObject = {
  type: "object",
  properties: { result: { type: "object", properties: { data: {} }, required: ["data"] } },
  required: ["result"],
};

function writeErrorShape(procedures: readonly Procedure[]): JsonObject {
  const codes = [...new Set(procedures.flatMap(({ errors }) => errors))].sort();
  const data: JsonObject = {
    type: "object",
    properties: {
      code: {
        type: "string",
        description: "tRPC's name of the status",
        enum: [...new Set(codes.map(trpcCodeOf))].sort(),
      },
      httpStatus: { type: "integer" },
      path: { type: "string", description: "The procedure" },
      appCode: { type: "string", enum: codes },
      fieldErrors: {
        type: "object",
        description: "Of a bad input: sentences by the dotted path of their field",
        additionalProperties: { type: "array", items: { type: "string" } },
      },
      retryAfterMs: { type: "integer", description: "After which the same call may succeed" },
      requestId: { type: ["string", "null"], description: "To name the call by when asking for help" },
    },
    required: ["code", "httpStatus", "appCode", "requestId"],
  };
  const error: JsonObject = {
    type: "object",
    properties: {
      message: { type: "string", description: "A sentence for people" },
      code: { type: "integer", description: "tRPC's JSON-RPC number of the status" },
      data,
    },
    required: ["message", "code", "data"],
  };
  return { type: "object", properties: { error }, required: ["error"] };
}

/** The refusals of all procedures, each set of codes once. */
function writeRefusals(procedures: readonly Procedure[]): JsonObject {
  const written = new Map<string, JsonObject>();
  for (const { errors } of procedures) {
    for (const codes of byStatus(errors).values()) written.set(refusalName(codes), writeRefusal(codes));
  }
  return Object.fromEntries([...written].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function writeRefusal(codes: readonly AppErrorCode[]): JsonObject {
  const narrowed = {
    properties: { error: { properties: { data: { properties: { appCode: { enum: [...codes] } } } } } },
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${messageOf(code)}`).join("; "),
    content: { "application/json": { schema: { allOf: [refTo("schemas", "Error"), narrowed] } } },
  };
}
