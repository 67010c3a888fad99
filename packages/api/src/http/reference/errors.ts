// Which errors a procedure can answer: what follows from its kind and its input, and what its `.meta` adds.
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { type AppErrorCode, trpcCodeOf } from "../../platform/call/errors.ts";
import type { ProcedureMeta } from "../../platform/call/procedure.meta.ts";

const always: readonly AppErrorCode[] = ["input.invalid", "limit.exceeded", "service.unavailable", "internal"];
const whereTokensAreRead: readonly AppErrorCode[] = [
  "auth.tokenInvalid",
  "auth.tokenExpired",
  "auth.sessionRevoked",
  "auth.suspended",
];

/** What a procedure can be refused with, each code once. */
export function errorsOf(procedure: { meta: ProcedureMeta; takesCursor: boolean }): AppErrorCode[] {
  const { meta, takesCursor } = procedure;
  const codes: AppErrorCode[] = [...always];
  if (meta.auth !== "none") codes.push(...whereTokensAreRead);
  if (meta.auth === "required") codes.push("auth.required");
  if (takesCursor) codes.push("cursor.invalid");
  if (meta.repeat === "byKey") codes.push("idempotency.reused");
  return [...new Set([...codes, ...(meta.errors ?? [])])].sort();
}

/** The HTTP status of a code, as tRPC sends it. */
export function statusOf(code: AppErrorCode): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: trpcCodeOf(code) }));
}
