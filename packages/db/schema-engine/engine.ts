// Loads the wasm schema engine and opens it on our adapter.
import { readFile } from "node:fs/promises";
import {
  bindMigrationAwareSqlAdapterFactory,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { AdapterFactory } from "./adapter.ts";

export type SchemaEngine = bindings.SchemaEngine;

export interface BoundFactory {
  factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory;
  /** The engine knows errors it has no word for by a number only; this finds the error that the adapter threw. */
  originalError(error: unknown): unknown;
}

export function bindFactory(adapterFactory: AdapterFactory): BoundFactory {
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory);
  return {
    factory,
    originalError(error) {
      const id = /External error id#(\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
      return (id === undefined ? undefined : factory.errorRegistry.consumeError(Number(id))?.error) ?? error;
    },
  };
}

export async function openEngine(input: { bound: BoundFactory; schemaPaths: string[] }): Promise<SchemaEngine> {
  started ??= startWasm();
  await started;
  const datamodels = await Promise.all(
    input.schemaPaths.map(async (path): Promise<[string, string]> => [path, await readFile(path, "utf8")]),
  );
  return bindings.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    () => {}, // the engine's log lines; the CLI shows none of them
    input.bound.factory,
  );
}

declare global {
  // The wasm code writes a panic's message here just before it traps.
  var PRISMA_WASM_PANIC_REGISTRY: { set_message(message: string): void } | undefined;
}

let panic: string | undefined;
let started: Promise<void> | undefined;

/** The message of the panic that made the last call trap, once. */
export function takePanic(): string | undefined {
  const message = panic;
  panic = undefined;
  return message;
}

// Instantiated by hand: the package's own entry imports the .wasm file as a module, which Node calls experimental.
async function startWasm(): Promise<void> {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      panic = message;
    },
  };
  const location = import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(new URL("schema_engine_bg.wasm", location));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();
}
