// Turns whatever was thrown into the one AppError that a caller may read.
import { isPoolBusy, sqlState } from "@pixora/db";
import { RedisAwayError } from "@pixora/jobs";
import type { ZodError } from "zod";
import { SearchIndexAwayError } from "../search-index/search-index.ts";
import { StorageAwayError } from "../storage/storage.ts";
import { AppError, type FieldErrors } from "./errors.ts";

/**
 * The database is away or overloaded: the same call may succeed in a moment. Classes 08, 53 and 57 of SQLSTATE, and what
 * Prisma calls them; and 25006, of a server that was demoted and takes no writes.
 */
const passingStates = /^(?:08...|53...|57P0.|57014|55P03|40P01|40001|25006|25P03|P2034|P1001|P1008|P1017)$/;
const passingNetworkCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);
const retryAfterMs = 1_000;

/** AppErrors stay what they are; busy or absent stores become `service.unavailable`; the rest is `internal`. */
export function nameFailure(error: unknown): AppError {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof AppError) return cause;
    if (isPoolBusy(cause) || cause instanceof StorageAwayError || isPassing(cause)) {
      return new AppError("service.unavailable", { retryAfterMs, cause: error });
    }
  }
  return new AppError("internal", { cause: error });
}

function isPassing(error: Error): boolean {
  const code = sqlState(error);
  if (code !== null) return passingStates.test(code) || passingNetworkCodes.has(code);
  // pg gives these no code: the connection went away under a query.
  return /Connection terminated|Client has encountered a connection error/.test(error.message);
}

/** PostgreSQL cannot be reached, starts or stops; a statement that was too slow is not this. */
const awayStates = /^(?:08...|53...|57P0.|25006|25P03|P1001|P1008|P1017)$/;
const redisAway =
  /Connection is closed|Command timed out|Stream isn't writeable|max retries per request|Socket timeout/i;
/** It answers, but is not ready to serve: it starts, changes its role or is full. */
const redisUnready = /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM) /;

/** Whether a failure says nothing of the work itself: PostgreSQL, Redis or the storage is away, and the same will succeed later. */
export function isStoreAway(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = sqlState(cause);
    if (cause instanceof ProviderFailedError) return false;
    if (isPoolBusy(cause) || cause instanceof StorageAwayError || cause instanceof SearchIndexAwayError) return true;
    if (cause instanceof RedisAwayError || redisAway.test(cause.message) || redisUnready.test(cause.message))
      return true;
    if (code === null ? isPassing(cause) : awayStates.test(code) || passingNetworkCodes.has(code)) return true;
  }
  return false;
}

/** A provider outside (of mail, of push) failed: whatever its words are, no store of ours is away. */
export class ProviderFailedError extends Error {
  override name = "ProviderFailedError";
}

/** Deadlocks, rivals, locks and statements that took too long: contention or load, seldom the work itself. */
const busyStates = new Set(["40P01", "40001", "55P03", "57014", "P2034"]);

/** Whether a failure is probably of the moment: the same work is worth many more tries. */
export function isStoreBusy(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (busyStates.has(sqlState(cause) ?? "")) return true;
  }
  return false;
}

/** More than a form has; a list of thousands of wrong things needs no answer many times as long. */
const maxIssues = 50;

/** `{ "media.0.alt": ["Too long"] }` of a failed parse: of its first 50 faults. */
export function fieldErrorsOf(error: ZodError): FieldErrors {
  const fields: FieldErrors = {};
  for (const { path, message } of error.issues.slice(0, maxIssues).flatMap((issue) => issuesOf(issue, []))) {
    const name = path.map(String).join(".");
    fields[name] = [...(fields[name] ?? []), message];
  }
  return fields;
}

type Issue = Pick<ZodError["issues"][number], "path" | "message">;

/**
 * An input that takes one of several has an issue of its own, without a field: what is wrong with the one that fits
 * best says more; where none does, all of its fields are meant.
 */
function issuesOf(issue: ZodError["issues"][number], above: readonly PropertyKey[]): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ path, message: issue.message }];
  const choices = issue.errors.map((issues) =>
    issues.flatMap((inner) => {
      const isOneTooMany = inner.code === "invalid_type" && inner.expected === "never";
      return isOneTooMany ? [{ path: [...path, ...inner.path], message: issue.message }] : issuesOf(inner, path);
    }),
  );
  const fewest = Math.min(...choices.map((choice) => choice.length));
  const [best = [], ...rivals] = choices.filter((choice) => choice.length === fewest);
  if (rivals.length === 0) return best;
  const named = new Map(choices.flat().map((inner) => [inner.path.join("."), inner.path]));
  return [...named.values()].map((field) => ({ path: field, message: issue.message }));
}

/** An AppError for bad input that a schema could not see (it took a look at the database). */
export function invalidInput(fieldErrors: FieldErrors): AppError {
  return new AppError("input.invalid", { fieldErrors });
}
