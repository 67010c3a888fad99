// The engine's methods that compare migrations with the schema, with drops of unmanaged objects left out.
// The CLI sends the migrations' text along, so the markers are read from the request.
import type { SchemaEngine } from "./engine.ts";
import { isRecord, recordOf } from "./json.ts";
import { type MigrationSource, readUnmanaged, removeUnmanagedDrops } from "./unmanaged.ts";

const emptyScript = "-- This is an empty migration.";

/** Calls a method of the wasm engine, which checks the parameters itself. */
export async function callEngine(engine: SchemaEngine, method: string, params: unknown): Promise<unknown> {
  return Reflect.apply(Reflect.get(engine, method), engine, [params]);
}

/**
 * The wasm engine opens our shadow database for `devDiagnostic` and `diff` only, and keeps what the migrations
 * lead to. `createMigration` and `evaluateDataLoss` fail where that memory is missing, which it is once `dev` has
 * applied something, so it is filled just before. Costs a replay of the migrations on the shadow database.
 */
async function replayMigrations(engine: SchemaEngine, params: unknown): Promise<void> {
  const { migrationsList, filters } = recordOf(params);
  await callEngine(engine, "devDiagnostic", { migrationsList, filters });
}

export async function createMigration(engine: SchemaEngine, params: unknown): Promise<unknown> {
  await replayMigrations(engine, params);
  const result = recordOf(await callEngine(engine, "createMigration", params));
  const input = recordOf(params);
  const unmanaged = readUnmanaged(migrationsOf(input.migrationsList));
  if (unmanaged.size === 0 || typeof result.migrationScript !== "string") return result;
  const script = removeUnmanagedDrops(result.migrationScript, unmanaged);
  const empty = input.draft === true ? emptyScript : null;
  return { ...result, migrationScript: script === "" ? empty : script };
}

/** Without this, `dev` would ask whether it may drop what it is not going to drop. */
export async function evaluateDataLoss(engine: SchemaEngine, params: unknown): Promise<unknown> {
  const input = recordOf(params);
  await replayMigrations(engine, params);
  if (readUnmanaged(migrationsOf(input.migrationsList)).size > 0) {
    const planned = await createMigration(engine, { ...input, draft: false, migrationName: "planned" });
    if (recordOf(planned).migrationScript === null) return { migrationSteps: 0, unexecutableSteps: [], warnings: [] };
  }
  return callEngine(engine, "evaluateDataLoss", params);
}

export interface DiffAnswer {
  exitCode: number;
  stdout: string | null;
}

export async function diffSchemas(engine: SchemaEngine, params: unknown): Promise<DiffAnswer> {
  const input = recordOf(params);
  const unmanaged = readUnmanaged([...targetMigrations(input.from), ...targetMigrations(input.to)]);
  if (unmanaged.size === 0) return readDiff(await callEngine(engine, "diff", params));
  const scripted = readDiff(await callEngine(engine, "diff", { ...input, script: true }));
  const script = removeUnmanagedDrops(scripted.stdout ?? "", unmanaged);
  if (script === "") return { exitCode: 0, stdout: input.script === true ? emptyScript : "No difference detected." };
  if (input.script === true) return { ...scripted, stdout: script };
  return readDiff(await callEngine(engine, "diff", params));
}

function readDiff(result: unknown): DiffAnswer {
  const { exitCode, stdout } = recordOf(result);
  return {
    exitCode: typeof exitCode === "number" ? exitCode : 0,
    stdout: typeof stdout === "string" ? stdout : null,
  };
}

function targetMigrations(target: unknown): MigrationSource[] {
  return recordOf(target).tag === "migrations" ? migrationsOf(target) : [];
}

function migrationsOf(list: unknown): MigrationSource[] {
  const directories = recordOf(list).migrationDirectories;
  if (!Array.isArray(directories)) return [];
  return directories.flatMap((directory: unknown) => {
    const content = recordOf(recordOf(directory).migrationFile).content;
    return isRecord(content) && typeof content.value === "string" ? [{ sql: content.value }] : [];
  });
}
