// Type tests: the links' table names procedures that exist, and says of them what a procedure can say. Nothing here runs.
import { expectTypeOf } from "vitest";
import { metaOf, type ProcedurePath, type procedureMeta } from "./procedure.meta.ts";

type Table = typeof procedureMeta;

expectTypeOf<"post.create">().toExtend<ProcedurePath>();
expectTypeOf<"post.remake">().not.toExtend<ProcedurePath>();
expectTypeOf<keyof Table>().toEqualTypeOf<ProcedurePath>();
({ "post.create": { repeat: "byKey" } }) satisfies Table;
// @ts-expect-error there is no such procedure
({ "post.remake": { repeat: "byKey" } }) satisfies Table;
// @ts-expect-error there is no such word
({ "post.create": { repeat: "often" } }) satisfies Table;
// @ts-expect-error of sessions, the links know only where none is read
({ "post.create": { auth: "required" } }) satisfies Table;

expectTypeOf(metaOf("post.create").session).toEqualTypeOf<"begins" | "ends" | undefined>();
