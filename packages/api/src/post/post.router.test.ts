// What the wire says of posts: text limits, field errors, who must be signed in.
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCallerFactory } from "../platform/call/trpc.ts";
import { failureOf } from "../platform/call/wire-error.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson, testContext } from "../testing/index.ts";
import { postRouter } from "./post.router.ts";

let deps: TestDeps;
let alice: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  alice = await createPerson(deps);
});
afterAll(() => deps?.close());

function callAs(viewerId: string | null) {
  return createCallerFactory(postRouter)(testContext(deps, { viewerId }));
}

async function fieldsOf(call: Promise<unknown>): Promise<string[]> {
  const error = await call.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof TRPCError)) throw new Error("the call was not refused");
  const failure = failureOf(error);
  expect(failure.code).toBe("input.invalid");
  return Object.keys(failure.fieldErrors ?? {});
}

test("a caption may hold 2,200 characters as people count them, and not one more", async () => {
  const thumb = "👍🏽";
  const post = await callAs(alice.id).create({ caption: thumb.repeat(2_200) });
  expect(post.caption).toBe(thumb.repeat(2_200));
  expect(await fieldsOf(callAs(alice.id).create({ caption: thumb.repeat(2_201) }))).toEqual(["caption"]);
});

test("a caption is trimmed and composed", async () => {
  expect((await callAs(alice.id).create({ caption: "  cafe\u0301 \n" })).caption).toBe("café");
});

test("NUL, halves of characters and empty posts are field errors", async () => {
  for (const caption of ["a\0b", "half \ud83d", "   ", "", null, undefined]) {
    expect(await fieldsOf(callAs(alice.id).create({ caption }))).toEqual(["caption"]);
  }
  expect(await fieldsOf(callAs(alice.id).create({ caption: "x", idempotencyKey: "\0" }))).toEqual(["idempotencyKey"]);
  expect(await fieldsOf(callAs(alice.id).create({ caption: "x", idempotencyKey: "k".repeat(65) }))).toEqual([
    "idempotencyKey",
  ]);
});

test("ids that fit no column and limits above 100 are field errors", async () => {
  expect(await fieldsOf(callAs(null).byId({ postId: "9223372036854775808" }))).toEqual(["postId"]);
  expect(await fieldsOf(callAs(null).byUser({ userId: alice.id, limit: 101 }))).toEqual(["limit"]);
});

test("strangers read, and must sign in to write", async () => {
  const post = await callAs(alice.id).create({ caption: "for all" });
  expect((await callAs(null).byId({ postId: post.id })).viewer).toBeNull();
  await expect(callAs(null).create({ caption: "x" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await expect(callAs(null).delete({ postId: post.id })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

test("null clears a caption, which a post without pictures needs", async () => {
  const post = await callAs(alice.id).create({ caption: "words" });
  expect(await fieldsOf(callAs(alice.id).update({ postId: post.id, caption: null }))).toEqual(["caption"]);
});
