// The JSON-RPC loop on stdin and stdout: one request a line, answered in order.
import { createInterface } from "node:readline";
import type { AdapterFactory } from "./adapter.ts";
import type { EngineArgs } from "./argv.ts";
import { type Connection, createDatabase, dropDatabase, parseConnection } from "./connection.ts";
import { bindFactory, openEngine, type SchemaEngine, takePanic } from "./engine.ts";
import { describeEngineFailure, describeServerFailure, type EngineFailure } from "./errors.ts";
import { isRecord, recordOf } from "./json.ts";
import { callEngine, createMigration, diffSchemas, evaluateDataLoss } from "./methods.ts";

/** The CLI counts its ids up from 1; ours must never meet them. */
const printId = 2 ** 40;

/** Methods that go to the wasm engine under the same name, which checks their parameters itself. */
const sameName = new Set([
  "applyMigrations",
  "dbExecute",
  "debugPanic",
  "devDiagnostic",
  "diagnoseMigrationHistory",
  "ensureConnectionValidity",
  "introspect",
  "introspectSql",
  "markMigrationApplied",
  "markMigrationRolledBack",
  "reset",
  "schemaPush",
]);

export async function serveRpc(input: { factory: AdapterFactory; args: EngineArgs }): Promise<void> {
  const bound = bindFactory(input.factory);
  // A fresh engine for each request, so that nothing it remembers of an earlier state of the database is used.
  const open = () => openEngine({ bound, schemaPaths: input.args.schemaPaths });
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request: unknown = line.trim() === "" ? undefined : JSON.parse(line);
    // Lines without a method are the CLI's receipts for our print requests.
    if (!isRecord(request) || typeof request.method !== "string") continue;
    // The CLI may kill us as soon as it has its answer, so the connections end and the shadow database goes first.
    const reply = await answer({ method: request.method, params: request.params, args: input.args, open })
      .then((result) => ({ result: result ?? null }))
      .catch((error: unknown) => ({ error: failureOf(bound.originalError(error), takePanic(), input.args) }))
      .finally(() => input.factory.close());
    send({ id: request.id, ...reply });
  }
}

async function answer(input: {
  method: string;
  params: unknown;
  args: EngineArgs;
  open: () => Promise<SchemaEngine>;
}): Promise<unknown> {
  const { method, params } = input;
  if (method === "createDatabase" || method === "dropDatabase") return changeDatabase(method, params, input.args);
  const engine = await input.open();
  if (method === "getDatabaseVersion") return engine.version();
  if (method === "createMigration") return createMigration(engine, params);
  if (method === "evaluateDataLoss") return evaluateDataLoss(engine, params);
  if (method === "diff") {
    const { stdout, exitCode } = await diffSchemas(engine, params);
    if (stdout !== null) send({ id: printId, method: "print", params: { content: stdout } });
    return { exitCode, stdout: null };
  }
  if (!sameName.has(method)) throw new Error(`the schema engine has no method ${method}`);
  return callEngine(engine, method, params);
}

async function changeDatabase(
  method: "createDatabase" | "dropDatabase",
  params: unknown,
  args: EngineArgs,
): Promise<{ databaseName: string }> {
  const fields = recordOf(params);
  const url = recordOf(fields.datasource).url ?? fields.url;
  const connection = parseConnection(typeof url === "string" ? url : args.databaseUrl);
  await (method === "createDatabase" ? createDatabase : dropDatabase)(connection, connection.database);
  return { databaseName: connection.database };
}

function failureOf(error: unknown, panic: string | undefined, args: EngineArgs) {
  if (panic !== undefined) {
    return { code: 4466, message: panic, data: { is_panic: true, message: panic, backtrace: null } };
  }
  const { code, message } = describe(error, args);
  return { code: 4466, message, data: { is_panic: false, message, meta: {}, error_code: code ?? null } };
}

// Node's errors keep the cause in `code`, which is not one of Prisma's numbers.
function describe(error: unknown, args: EngineArgs): EngineFailure {
  const failure = describeEngineFailure(error);
  if (failure.code === undefined || /^P\d/.test(failure.code)) return failure;
  const connection: Connection = parseConnection(args.databaseUrl);
  return describeServerFailure(error, connection);
}

function send(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}
