// Ids that are none, at every door: 0, negative ones, those that fit no 64-bit column, other spellings. Each is refused in
// its caller's own words and never becomes a failure of ours.
import { isId, maxId } from "@pixora/db";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { unsubscribeUrl } from "./delivery/delivery.unsubscribe.ts";
import { encodeCursor } from "./platform/call/cursor.ts";
import { idInput } from "./platform/call/wire.ts";
import { signAccessToken } from "./session/session.token.ts";
import { createPerson, createPost, createSession, openTestServer, type TestServer } from "./testing/index.ts";
import { callAs, paths, schemasOf } from "./testing/matrix/call.ts";

let server: TestServer;
let viewer: { id: string; handle: string; accessToken: string };
let postId: string;

beforeAll(async () => {
  server = await openTestServer();
  const person = await createPerson(server.deps, { role: "admin" });
  const session = await createSession(server.deps, { userId: person.id });
  const { accessToken } = await signAccessToken(server.deps, { userId: person.id, sessionId: session.id });
  viewer = { ...person, accessToken };
  postId = (await createPost(server.deps, { authorId: person.id })).id;
});
afterAll(() => server.close());

/** Ids and what is none, from -1 to 10^20 and beyond, with the edges in any case. */
const edges = ["-1", "0", "1", maxId, "9223372036854775808", "9999999999999999999", `1${"0".repeat(20)}`, "01", "1e3"];
const spelledIds = fc.bigInt({ min: -1n, max: 10n ** 20n }).map(String);
const runs = { numRuns: 40, examples: edges.map((edge): [string] => [edge]) };

test("an id is a whole number above 0 that fits 64 bits, in its one spelling", () => {
  fc.assert(
    fc.property(spelledIds, (text) => {
      const isOne = BigInt(text) > 0n && BigInt(text) <= BigInt(maxId);
      expect([isId(text), idInput.safeParse(text).success]).toEqual([isOne, isOne]);
    }),
  );
  for (const text of ["", " 1", "1 ", "+1", "01", "1.0", "1e3", "0x1", "\u0661", "1\n"]) expect(isId(text)).toBe(false);
});

/** What a schema takes, with `id` wherever it takes an id; undefined for what may be left out and holds none. */
function fill(schema: z.core.$ZodType, id: string): unknown {
  if (schema === idInput) return id;
  if (schema instanceof z.ZodObject) {
    const entries = Object.entries(schema.shape).map(([key, part]) => [key, fill(part, id)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (schema instanceof z.ZodArray) return holdsId(schema.element) ? [fill(schema.element, id)] : undefined;
  if (schema instanceof z.ZodUnion) return fill(schema.options.find(holdsId) ?? schema.options[0] ?? schema, id);
  if (schema instanceof z.ZodPipe) return fill(schema.in, id);
  if (isWrapper(schema)) {
    if (holdsId(schema.def.innerType)) return fill(schema.def.innerType, id);
    // What may be null need not be absent.
    return fits(schema, undefined) ? undefined : null;
  }
  return ["a text", 1, true]
    .concat(schema instanceof z.ZodEnum ? schema.options : [])
    .find((value) => fits(schema, value));
}

function fits(schema: z.core.$ZodType, value: unknown): boolean {
  return z.core.safeParse(schema, value).success;
}

function isWrapper(schema: z.core.$ZodType) {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  );
}

function holdsId(schema: z.core.$ZodType): boolean {
  if (schema === idInput) return true;
  if (schema instanceof z.ZodObject) return Object.values(schema.shape).some(holdsId);
  if (schema instanceof z.ZodArray) return holdsId(schema.element);
  if (schema instanceof z.ZodUnion) return schema.options.some(holdsId);
  if (schema instanceof z.ZodPipe) return holdsId(schema.in);
  return isWrapper(schema) && holdsId(schema.def.innerType);
}

/** One id at a time, where an input takes exactly one of several. */
function inputsOf(schema: z.ZodType, id: string): unknown[] {
  const whole = fill(schema, id);
  if (fits(schema, fill(schema, "1")) || typeof whole !== "object" || whole === null) return [whole];
  return Object.entries(whole).map(([key, value]) => ({ [key]: value }));
}

const withIds = paths.filter((path) => {
  const { input } = schemasOf(path);
  return input !== undefined && holdsId(input);
});

test("the walk finds the ids of the inputs", () => {
  expect(withIds).toEqual(expect.arrayContaining(["post.byId", "like.create", "notification.markRead", "user.update"]));
  for (const path of withIds) {
    const { input = z.never() } = schemasOf(path);
    expect(
      inputsOf(input, "1").some((value) => fits(input, value)),
      path,
    ).toBe(true);
  }
});

describe.each(withIds)("%s", (path) => {
  test("takes ids, and refuses what is none as bad input", async () => {
    const { input = z.never() } = schemasOf(path);
    const property = fc.asyncProperty(spelledIds, async (id) => {
      for (const value of inputsOf(input, id)) {
        const ending = await callAs(server.deps, { path, input: value, accessToken: viewer.accessToken });
        const code = ending.isOk ? "ok" : ending.code;
        if (!isId(id)) expect([code, value]).toEqual(["input.invalid", value]);
        else expect([code, value]).not.toEqual(["internal", value]);
      }
    });
    await fc.assert(property, { ...runs, numRuns: 12 });
  });
});

/** The lists of the wire: what their cursors are bound to, the input that fits, and a position with an id in it. */
const lists: Record<string, { input?: () => object; binding?: () => object; at?: (id: string) => unknown }> = {
  "post.byUser": { input: () => ({ userId: viewer.id }), binding: () => ({ userId: viewer.id }), at: (id) => id },
  "post.history": { input: () => ({ postId }), binding: () => ({ postId }), at: (id) => id },
  "like.list": { input: () => ({ postId }), binding: () => ({ postId }), at: (id) => [id, id] },
  "comment.list": {
    input: () => ({ postId, sort: "top" }),
    binding: () => ({ postId, sort: "top" }),
    at: (id) => [id, 1],
  },
  "comment.replies": {
    input: () => ({ commentId: postId }),
    binding: () => ({ commentId: postId }),
    at: (id) => [id, 0],
  },
  "bookmark.list": { at: (id) => [id, id] },
  "feed.home": { at: (id) => id },
  "follow.followers": { input: () => ({ userId: viewer.id }), binding: () => ({ ownerId: viewer.id }), at: (id) => id },
  "follow.following": { input: () => ({ userId: viewer.id }), binding: () => ({ ownerId: viewer.id }), at: (id) => id },
  "follow.requests": { binding: () => ({ ownerId: viewer.id }), at: (id) => id },
  "block.list": { binding: () => ({ ownerId: viewer.id }), at: (id) => id },
  "mute.list": { binding: () => ({ ownerId: viewer.id }), at: (id) => id },
  "notification.list": { binding: () => ({ viewerId: viewer.id, groupKey: null }), at: (id) => id },
  "notification.groups": { binding: () => ({ viewerId: viewer.id }), at: (id) => ({ pin: id, latestId: id }) },
  "search.users": { input: () => ({ q: "person" }), binding: () => ({ q: "person" }), at: (id) => [4, 0, id] },
  "search.posts": { input: () => ({ q: "a post" }), binding: () => ({ q: "a post" }), at: (id) => id },
  "explore.hashtag": {
    input: () => ({ tag: "lake", sort: "newest" }),
    binding: () => ({ tag: "lake", sort: "newest" }),
    at: (id) => id,
  },
  "hashtag.following": { at: (id) => id },
  "hashtag.feed": { at: (id) => id },
  // By count and name: there is no id in it.
  "search.hashtags": {},
  "chat.list": {
    binding: () => ({ viewerId: viewer.id, state: "accepted" }),
    at: (id) => [id, id],
  },
  "chat.members": {
    input: () => ({ conversationId: postId }),
    binding: () => ({ viewerId: viewer.id, conversationId: postId }),
    at: (id) => id,
  },
  "moderation.reports": { at: (id) => id },
  "moderation.myReports": { at: (id) => id },
  "moderation.decisions": { at: (id) => id },
  "moderation.cases": { binding: () => ({ state: "open" }), at: (id) => [1, id] },
  "moderation.log": { at: (id) => id },
};

/** Whether an input has a field of this name, in whatever way it is wrapped or chosen. */
function hasField(schema: z.core.$ZodType | undefined, name: string): boolean {
  if (schema instanceof z.ZodUnion) return schema.options.some((option) => hasField(option, name));
  if (schema instanceof z.ZodPipe) return hasField(schema.in, name);
  if (schema instanceof z.ZodObject) return name in schema.shape;
  return schema !== undefined && isWrapper(schema) && hasField(schema.def.innerType, name);
}

test("every list that takes a cursor is tried", () => {
  const listed = paths.filter((path) => hasField(schemasOf(path).input, "cursor"));
  expect(Object.keys(lists).toSorted()).toEqual(listed.toSorted());
});

const withPlaces = Object.entries(lists).flatMap(([path, { at, ...list }]) =>
  at === undefined ? [] : [[path, { ...list, at }] as const],
);

describe.each(withPlaces)("a cursor of %s", (path, { input = () => ({}), binding = () => ({}), at }) => {
  function callWith(id: string) {
    const kind = { list: path, position: z.unknown() };
    const cursor = encodeCursor(kind, { input: { ...binding() }, position: at(id) });
    return callAs(server.deps, { path, input: { ...input(), cursor }, accessToken: viewer.accessToken });
  }

  test("at what is no id is invalid, and at an id never a failure", async () => {
    const property = fc.asyncProperty(spelledIds, async (id) => {
      const ending = await callWith(id);
      const code = ending.isOk ? "ok" : ending.code;
      // A list that is not there is told of alike, whatever the cursor.
      if (!isId(id)) expect(["cursor.invalid", "comment.notFound"]).toContain(code);
      else expect(["ok", "comment.notFound"]).toContain(code);
    });
    await fc.assert(property, { ...runs, numRuns: 12 });
  });
});

describe("over HTTP", () => {
  async function statusOf(path: string): Promise<number> {
    return (await server.request({ path })).status;
  }

  test("a picture under what is no id is not there, and takes no other picture of the moment along", async () => {
    const bad = ["0", "-1", "9223372036854775808", "9999999999999999999", "1".repeat(40)];
    const good = ["1", "2", maxId];
    const asked = [...good, ...bad, ...good].map((id) => statusOf(`/media/picture/${id}/320.webp`));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([404]));
    expect(await statusOf(`/media/picture/1/${"1".repeat(300)}.webp`)).toBe(404);
  });

  test("links that we signed over what is no id stop nothing", async () => {
    for (const id of edges) {
      const path = new URL(unsubscribeUrl(server.deps, { userId: id, scope: "all" })).pathname;
      const answer = await server.request({ method: "POST", path, body: "" });
      expect(answer.status, path).toBe(isId(id) ? 200 : 404);
    }
  });

  test("tokens of what is no id are no tokens, and those of 19 digits are", async () => {
    for (const id of edges) {
      const { accessToken } = await signAccessToken(server.deps, { userId: id, sessionId: id });
      const read = callAs(server.deps, { path: "user.me", input: undefined, accessToken });
      expect(await read, id).toMatchObject({ code: isId(id) ? "auth.sessionRevoked" : "auth.tokenInvalid" });
    }
    for (const token of edges.map((id) => `${id}.0.${"a".repeat(43)}`)) {
      await expect(server.client().auth.refresh({ refreshToken: token })).rejects.toMatchObject({ httpStatus: 401 });
    }
  });

  test("a parameter that stands twice is the caller's mistake", async () => {
    const twice = [
      { method: "PUT", path: "/media/upload?t=a&t=b" },
      { path: "/media/picture/1/320.webp?e=a&e=b&s=c&s=d" },
      { path: "/trpc/post.byId?input=1&input=2" },
      { path: "/trpc/post.byId?batch=1&batch=1&input=%7B%7D" },
    ];
    for (const one of twice) {
      const { status } = await server.request(one);
      expect([status >= 400 && status < 500, one]).toEqual([true, one]);
    }
  });
});
