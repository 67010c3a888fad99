// What to tell a person of an error: a sentence, the fields it is about, and what may help.
import { isAnswerError, isConnectionError, isPixoraError } from "@pixora/client";
import { words } from "../words/en.ts";

export interface Failure {
  sentence: string;
  /** By name of the field. */
  fields: Readonly<Record<string, readonly string[]>>;
  retryAfterMs: number | null;
  requestId: string | null;
}

/** Reads any error that a call can reject with. */
export function failureOf(error: unknown): Failure {
  const nothing = { fields: {}, retryAfterMs: null, requestId: null };
  if (isPixoraError(error)) {
    const { appCode, fieldErrors, retryAfterMs, requestId } = error.data;
    const known: Partial<Record<string, string>> = words.failures;
    return {
      sentence: known[appCode] ?? error.message,
      fields: fieldErrors ?? {},
      retryAfterMs: retryAfterMs ?? null,
      requestId: requestId ?? null,
    };
  }
  if (isConnectionError(error)) return { ...nothing, sentence: words.failure.noConnection };
  if (isAnswerError(error)) return { ...nothing, sentence: words.failure.oddAnswer(error.cause.status) };
  if (error instanceof Error && error.name === "UploadError") return { ...nothing, sentence: error.message };
  return { ...nothing, sentence: words.failure.unknown };
}
