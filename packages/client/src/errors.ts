// Errors as callers meet them: one check that tells Pixora's own codes apart, typed.

import type { AppErrorCode, AppRouter } from "@pixora/api";
import { TRPCClientError } from "@trpc/client";

export type PixoraErrorCode = AppErrorCode;

/** A refusal by the server; `data` tells the code, the fields and when to try again. */
export type PixoraError<Code extends PixoraErrorCode = PixoraErrorCode> = TRPCClientError<AppRouter> & {
  data: { appCode: Code };
};

/**
 * Whether an error is Pixora's, and, with a code, that one:
 * `if (isPixoraError(error, "post.notFound")) …`. Network failures are not Pixora's errors.
 */
export function isPixoraError<Code extends PixoraErrorCode = PixoraErrorCode>(
  error: unknown,
  code?: Code,
): error is PixoraError<Code> {
  if (!(error instanceof TRPCClientError)) return false;
  const appCode: unknown = error.data?.appCode;
  return typeof appCode === "string" && (code === undefined || appCode === code);
}

/** The call never reached the server, or its answer never came: trying again may help. */
export function isConnectionError(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data === undefined && !isAbort(error);
}

function isAbort(error: Error): boolean {
  const { cause } = error;
  return error.name === "AbortError" || (cause instanceof Error && cause.name === "AbortError");
}
