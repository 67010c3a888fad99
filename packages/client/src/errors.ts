// Errors as callers meet them: Pixora's own codes, answers that are not Pixora's, and failures of the network, told apart.

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

/**
 * What stands between app and server answered in its place, no Pixora server is there at all, or a file's storage refused
 * it.
 */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  readonly status: number;
  readonly contentType: string | null;
  /** How long the answer asks to wait before the next attempt; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(answer: { status: number; contentType: string | null; retryAfterMs: number | null; sentence?: string }) {
    super(answer.sentence ?? sentenceOf(answer));
    this.status = answer.status;
    this.contentType = answer.contentType;
    this.retryAfterMs = answer.retryAfterMs;
  }

  /** Whether the same request may get another answer soon. */
  get mayPass(): boolean {
    return passing.has(this.status) || (this.status >= 520 && this.status <= 529);
  }
}

/** Statuses by which a proxy or a balancer says "not now". The numbers from 520 to 529 are Cloudflare's. */
const passing = new Set([408, 429, 502, 503, 504]);

function sentenceOf({ status, contentType }: { status: number; contentType: string | null }): string {
  if (status === 413) return "a proxy refused the request because it is too large (status 413)";
  return `the answer is not Pixora's: status ${status}, ${contentType ?? "without a content type"}`;
}

/** The network failed, or nobody answered in time. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/**
 * Whether something that is not Pixora answered a call; `error.cause` tells its status:
 * `if (isAnswerError(error)) show(error.cause.status)`.
 */
export function isAnswerError(error: unknown): error is TRPCClientError<AppRouter> & { cause: AnswerError } {
  return error instanceof TRPCClientError && error.cause instanceof AnswerError;
}

/**
 * The call never reached the server, or its answer never came: trying again may help. False for a wrong address, for an
 * answer that is not Pixora's (`isAnswerError`), for a call that the app ended, and for what the app itself threw.
 */
export function isConnectionError(error: unknown): boolean {
  return error instanceof TRPCClientError && error.cause instanceof ConnectionError;
}
