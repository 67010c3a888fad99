// What the wire says of comments: text limits, field errors, defaults, who must be signed in.
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCallerFactory } from "../platform/call/trpc.ts";
import { failureOf } from "../platform/call/wire-error.ts";
import {
  createPerson,
  createPost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  testContext,
} from "../testing/index.ts";
import { commentRouter } from "./comment.router.ts";

let deps: TestDeps;
let alice: TestPerson;
let post: { id: string };

beforeAll(async () => {
  deps = await openTestDeps();
  alice = await createPerson(deps);
  post = await createPost(deps, { authorId: alice.id });
});
afterAll(() => deps?.close());

function callAs(viewerId: string | null) {
  return createCallerFactory(commentRouter)(testContext(deps, { viewerId }));
}

async function fieldsOf(call: Promise<unknown>): Promise<string[]> {
  const error = await call.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof TRPCError)) throw new Error("the call was not refused");
  return Object.keys(failureOf(error).fieldErrors ?? {});
}

test("a comment has 1 to 1,000 characters, and no NUL or half of a character", async () => {
  const letter = "ก\u0e34";
  const comment = await callAs(alice.id).create({ postId: post.id, text: ` ${letter.repeat(1_000)} ` });
  expect(comment.text).toBe(letter.repeat(1_000));
  for (const text of [letter.repeat(1_001), "", "  ", "a\0", "\udc00"]) {
    expect(await fieldsOf(callAs(alice.id).create({ postId: post.id, text }))).toEqual(["text"]);
    expect(await fieldsOf(callAs(alice.id).update({ commentId: comment.id, text }))).toEqual(["text"]);
  }
});

test("strangers read the newest first by default, and must sign in to write", async () => {
  const one = await callAs(alice.id).create({ postId: post.id, text: "one" });
  const two = await callAs(alice.id).create({ postId: post.id, text: "two", parentId: null });
  const { items } = await callAs(null).list({ postId: post.id });
  expect(items.slice(0, 2).map((item) => item.id)).toEqual([two.id, one.id]);
  expect(await callAs(null).byId({ commentId: one.id })).toMatchObject({ text: "one", viewer: null });
  await expect(callAs(null).create({ postId: post.id, text: "x" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});
