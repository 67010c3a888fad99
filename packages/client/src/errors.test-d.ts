// Type tests: what is known of an error after a check. Right when it compiles; nothing here runs.
import { expectTypeOf } from "vitest";
import { isConnectionError, isPixoraError, type PixoraErrorCode } from "./index.ts";

declare const error: unknown;

// @ts-expect-error nothing is known of an error that was caught
error.data;

if (isPixoraError(error, "post.notFound")) {
  expectTypeOf(error.data.appCode).toEqualTypeOf<"post.notFound">();
  // @ts-expect-error it is this code and no other
  if (error.data.appCode === "user.notFound") throw error;
}

if (isPixoraError(error)) {
  expectTypeOf(error.data.appCode).toEqualTypeOf<PixoraErrorCode>();
  expectTypeOf(error.data.fieldErrors).toEqualTypeOf<Record<string, string[]> | undefined>();
  expectTypeOf(error.data.retryAfterMs).toEqualTypeOf<number | undefined>();
  expectTypeOf(error.message).toEqualTypeOf<string>();
  switch (error.data.appCode) {
    case "limit.exceeded":
      expectTypeOf(error.data.appCode).toEqualTypeOf<"limit.exceeded">();
      break;
    // @ts-expect-error there is no such code
    case "limit.reached":
      break;
  }
}

// @ts-expect-error there is no such code
isPixoraError(error, "post.lost");

// A network failure carries nothing of Pixora's.
expectTypeOf(isConnectionError(error)).toEqualTypeOf<boolean>();
if (isConnectionError(error)) {
  // @ts-expect-error it is known to be no answer, and so to have no code
  error.data.appCode;
}

expectTypeOf<"service.unavailable">().toExtend<PixoraErrorCode>();
expectTypeOf<string>().not.toExtend<PixoraErrorCode>();
