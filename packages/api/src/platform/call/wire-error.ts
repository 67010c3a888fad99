// What travels of a failure: the AppError behind whatever was thrown, and the tRPC error that carries it.
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { AppError, type AppErrorCode, messageOf, trpcCodeOf } from "./errors.ts";
import { fieldErrorsOf, nameFailure } from "./failure.ts";

const earlyRequestIds = new WeakMap<TRPCError, string>();

/** Tells of a failure that came before any context, as that of a batch which is too large, whose it is. */
export function nameRequest(error: TRPCError, requestId: string): void {
  earlyRequestIds.set(error, requestId);
}

/** The id of the request of such a failure, or null. */
export function earlyRequestIdOf(error: TRPCError): string | null {
  return earlyRequestIds.get(error) ?? null;
}

/** The AppError behind what tRPC caught; its own refusals (unknown path, bad JSON, bad input) included. */
export function failureOf(error: TRPCError): { code: AppErrorCode; message: string } & Partial<AppError> {
  if (error.code === "BAD_REQUEST" && error.cause instanceof ZodError) {
    return { code: "input.invalid", message: messageOf("input.invalid"), fieldErrors: fieldErrorsOf(error.cause) };
  }
  if (error.code === "INTERNAL_SERVER_ERROR" || error.cause instanceof AppError)
    return nameFailure(error.cause ?? error);
  // tRPC's own words (no such procedure, unsupported media type …) hold nothing of the inside.
  return { code: "input.invalid", message: error.message };
}

/** Gives an AppError the tRPC code, and so the HTTP status, of the table. */
export function toTrpcError(error: unknown): TRPCError {
  if (error instanceof TRPCError && error.code !== "INTERNAL_SERVER_ERROR") return error;
  const failure = nameFailure(error);
  return new TRPCError({ code: trpcCodeOf(failure.code), message: messageOf(failure.code), cause: failure });
}
