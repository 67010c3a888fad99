// What all procedures have in common, whatever room they are of: schemas, lists, inputs, error codes.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError, type AppErrorCode, trpcCodeOf } from "./platform/call/errors.ts";
import { failureOf, toTrpcError } from "./platform/call/wire-error.ts";
import { paths, schemasOf, typeOf } from "./testing/matrix/call.ts";
import { inputsOf } from "./testing/matrix/paper.ts";

function accepts(path: string, input: unknown): boolean {
  return schemasOf(path).input?.safeParse(input).success ?? true;
}

interface ObjectSchema {
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
}

function isObjectSchema(value: unknown): value is ObjectSchema {
  return typeof value === "object" && value !== null && "properties" in value;
}

/** The output's schema and all that is in it, as JSON schema. */
function outputParts(path: string): unknown[] {
  const { output } = schemasOf(path);
  if (output === undefined) return [];
  const parts: unknown[] = [z.toJSONSchema(output, { io: "output", unrepresentable: "any" })];
  // The list grows while it is walked through.
  for (const part of parts) if (typeof part === "object" && part !== null) parts.push(...Object.values(part));
  return parts;
}

function isList(path: string): boolean {
  const [whole] = outputParts(path);
  return isObjectSchema(whole) && "items" in (whole.properties ?? {}) && "nextCursor" in (whole.properties ?? {});
}

/** Short lists that have one page only. */
const singlePages = ["auth.sessions", "user.suggestions", "explore.trendingTags"];
const lists = paths.filter(isList);
const pagedLists = lists.filter((path) => !singlePages.includes(path));

describe("every procedure", () => {
  test.each(paths)("%s has schemas for what goes in and what comes out", (path) => {
    expect(schemasOf(path).output).toBeDefined();
    expect(schemasOf(path).input).toBeDefined();
    expect(inputsOf(path).filter((input) => !accepts(path, input))).toEqual([]);
  });

  test.each(paths)("%s ignores keys that it does not know", (path) => {
    for (const input of inputsOf(path)) {
      expect(accepts(path, { ...input, direction: "forward", laterKey: { any: ["thing"] } })).toBe(true);
    }
  });

  test.each(paths)("%s may be called without an input where no key is required", (path) => {
    if (accepts(path, {})) expect(accepts(path, undefined)).toBe(true);
    for (const input of inputsOf(path))
      if (Object.keys(input).length === 0) expect(accepts(path, undefined)).toBe(true);
  });

  test.each(paths)("%s answers only what its schema names", (path) => {
    const open = outputParts(path).filter((part) => isObjectSchema(part) && part.additionalProperties !== false);
    expect(open).toEqual([]);
  });
});

describe("every list", () => {
  test("is known by its output", () => {
    expect(lists.length).toBeGreaterThan(15);
    expect(lists).toEqual(expect.arrayContaining(["post.byUser", "feed.home", "notification.groups"]));
  });

  test.each(pagedLists)("%s takes a cursor and a limit from 1 to 100", (path) => {
    for (const input of inputsOf(path)) {
      for (const limit of [1, 100]) expect(accepts(path, { ...input, limit })).toBe(true);
      for (const limit of [0, 101, 1.5, "20", null]) expect(accepts(path, { ...input, limit })).toBe(false);
      for (const cursor of [null, undefined, "somewhere"]) expect(accepts(path, { ...input, cursor })).toBe(true);
      expect(accepts(path, { ...input, cursor: 1 })).toBe(false);
    }
  });

  test.each(pagedLists)("%s has pages of 20", (path) => {
    for (const input of inputsOf(path)) {
      expect(schemasOf(path).input?.parse({ ...input, limit: undefined })).toMatchObject({ limit: 20 });
    }
  });
});

describe("every subscription", () => {
  const streams = paths.filter((path) => typeOf(path) === "subscription");

  test.each(streams)("%s answers an async iterable", (path) => {
    const { output } = schemasOf(path);
    async function* nothing() {}
    expect(output?.safeParse(nothing()).success).toBe(true);
    for (const other of [{}, [], null, "text", [1].values()]) expect(output?.safeParse(other).success).toBe(false);
  });

  test("is named", () => {
    expect(streams).toEqual(expect.arrayContaining(["live.onEvent", "live.onPost"]));
  });
});

describe("every error code that API.md promises", () => {
  const codes: [AppErrorCode, string][] = [
    ["input.invalid", "BAD_REQUEST"],
    ["auth.required", "UNAUTHORIZED"],
    ["auth.tokenInvalid", "UNAUTHORIZED"],
    ["auth.tokenExpired", "UNAUTHORIZED"],
    ["auth.sessionRevoked", "UNAUTHORIZED"],
    ["auth.wrongCredentials", "UNAUTHORIZED"],
    ["auth.emailUnverified", "FORBIDDEN"],
    ["auth.suspended", "FORBIDDEN"],
    ["user.handleTaken", "CONFLICT"],
    ["user.emailTaken", "CONFLICT"],
    ["user.private", "FORBIDDEN"],
    ["block.active", "FORBIDDEN"],
    ["cursor.invalid", "BAD_REQUEST"],
    ["cursor.expired", "BAD_REQUEST"],
    ["idempotency.reused", "CONFLICT"],
    ["limit.exceeded", "TOO_MANY_REQUESTS"],
    ["media.notReady", "CONFLICT"],
    ["service.unavailable", "SERVICE_UNAVAILABLE"],
    ["internal", "INTERNAL_SERVER_ERROR"],
    ["user.notFound", "NOT_FOUND"],
    ["post.notFound", "NOT_FOUND"],
    ["comment.notFound", "NOT_FOUND"],
    ["media.notFound", "NOT_FOUND"],
    ["follow.notFound", "NOT_FOUND"],
    ["post.forbidden", "FORBIDDEN"],
    ["comment.forbidden", "FORBIDDEN"],
    ["moderation.forbidden", "FORBIDDEN"],
  ];

  test.each(codes)("%s travels as %s and arrives as itself", (code, trpcCode) => {
    expect(trpcCodeOf(code)).toBe(trpcCode);
    const travelling = toTrpcError(new AppError(code));
    expect(travelling.code).toBe(trpcCode);
    expect(failureOf(travelling).code).toBe(code);
  });
});
