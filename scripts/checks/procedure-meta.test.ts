// The SDK's copy of what procedures say of themselves is what the router says: neither can change alone.
import { appRouter, type ProcedureMeta } from "@pixora/api";
import { expect, test } from "vitest";
import { type ClientMeta, metaOf, procedureMeta } from "../../packages/client/src/procedure.meta.ts";

// By wire name; tRPC's types show the nested record, which the router holds elsewhere.
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { meta?: ProcedureMeta } }>,
);

/** What of a procedure's meta concerns the SDK: of `auth`, only that no session is read; the server's own rules, nothing. */
function forClient({ auth, errors: _, isOpenToSuspended: __, ...rest }: ProcedureMeta = {}): ClientMeta {
  return auth === "none" ? { auth, ...rest } : rest;
}

test("the SDK's links know every procedure as the router describes it", () => {
  expect(procedures.length).toBeGreaterThan(50);
  const known = Object.fromEntries(procedures.map(([path]) => [path, metaOf(path)]));
  const described = Object.fromEntries(procedures.map(([path, { _def }]) => [path, forClient(_def.meta)]));
  expect(known).toEqual(described);
});

test("the SDK's copy names nothing that the router does not have", () => {
  const paths = procedures.map(([path]) => path);
  expect(Object.keys(procedureMeta).filter((path) => !paths.includes(path))).toEqual([]);
});
