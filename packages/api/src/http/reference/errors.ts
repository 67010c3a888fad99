// Which errors a procedure can answer: what follows from its kind and its input, and what its `.meta` adds.
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

const statuses = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<ReturnType<typeof trpcCodeOf>, number>;

/** The HTTP status of a code, as tRPC sends it. */
export function statusOf(code: AppErrorCode): number {
  return statuses[trpcCodeOf(code)];
}
