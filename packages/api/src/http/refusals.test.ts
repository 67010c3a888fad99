// What a refused caller reads: an id to ask about in every error, fields by path, and never an answer as to a stranger.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";
import type { WireErrorShape } from "../testing/wire.client.ts";

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.signUp()).token;
});
afterAll(() => server.close());

const json = { "content-type": "application/json" };

async function refusalOf(request: { method?: string; path: string; body?: string; headers?: Record<string, string> }) {
  const answer = await server.request({ ...request, path: `/trpc/${request.path}` });
  const parsed = JSON.parse(answer.text) as { error: WireErrorShape } | { error: WireErrorShape }[];
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  return { status: answer.status, requestIdHeader: answer.headers["x-request-id"], ...first?.error.data };
}

function query(input: unknown): string {
  return encodeURIComponent(JSON.stringify(input));
}

describe("every error names its request", () => {
  const batch = Array.from({ length: 51 }, () => "user.me").join(",");
  test.each([
    ["of an unknown procedure", { path: "nope.nope" }, 404],
    ["of a procedure", { path: `post.byId?input=${query({ postId: "1" })}` }, 404],
    ["of a batch that is too large", { path: `${batch}?batch=1` }, 400],
    ["of a batch that mixes kinds", { method: "POST", path: "auth.signOut,user.me?batch=1", body: "{}" }, 400],
    ["of text that is no JSON", { method: "POST", path: "auth.signIn", body: "{half", headers: json }, 400],
    [
      "of another type of body",
      { method: "POST", path: "auth.signIn", body: "{}", headers: { "content-type": "text/plain" } },
      415,
    ],
    [
      "of a form",
      {
        method: "POST",
        path: "auth.signIn",
        body: "a=b",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
      415,
    ],
    [
      "of parts",
      {
        method: "POST",
        path: "auth.signIn",
        body: "x",
        headers: { "content-type": "multipart/form-data; boundary=x" },
      },
      415,
    ],
    ["of a body that is too large", { method: "POST", path: "auth.signIn", body: `"${"x".repeat(600_000)}"` }, 413],
    ["of connection parameters that are no JSON", { path: "user.me?connectionParams=half" }, 400],
  ])("%s", async (_name, request, status) => {
    const refusal = await refusalOf({ ...request, headers: "headers" in request ? request.headers : json });
    expect(refusal.status).toBe(status);
    expect(refusal.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(refusal.requestId).toBe(refusal.requestIdHeader);
    expect(refusal.httpStatus).toBe(status);
    expect(refusal.appCode).toMatch(/^(input\.invalid|post\.notFound)$/);
  });

  test("of a socket that introduces itself wrongly", async () => {
    const socket = await server.openSocket({ token: 5 as unknown as string });
    await socket.closed;
    const [notice] = socket.notices as { error: WireErrorShape }[];
    expect(notice?.error.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a token in a URL is refused, where a stranger would be answered too", () => {
  test("over HTTP, whatever the parameter is called", async () => {
    const input = query({ handle: "surely_free" });
    const asked = [
      `connectionParams=${query({ token })}`,
      `token=${token}`,
      `access_token=${token}`,
      `connectionParams=${query({ token: "bad" })}`,
    ];
    for (const parameter of asked) {
      const refusal = await refusalOf({ path: `user.isHandleFree?input=${input}&${parameter}` });
      expect(refusal).toMatchObject({ status: 401, appCode: "auth.tokenInvalid" });
    }
  });

  test("over a WebSocket", async () => {
    const socket = await server.openSocket({}, { query: `token=${token}` });
    await expect(socket.call("query", "user.isHandleFree", { handle: "surely_free" })).rejects.toMatchObject({
      appCode: "auth.tokenInvalid",
    });
    await socket.close();
  });
});

describe("field errors of an input that takes one of several", () => {
  async function fieldsOf(path: string, input: unknown) {
    const body = JSON.stringify(input);
    const headers = { ...json, authorization: `Bearer ${token}` };
    return (await refusalOf({ method: "POST", path, body, headers })).fieldErrors;
  }
  const either = ["Give either postId or commentId"];

  test("name all of them where none or more than one is given", async () => {
    expect(await fieldsOf("like.create", {})).toEqual({ postId: either, commentId: either });
    expect(await fieldsOf("like.create", { postId: "1", commentId: "2" })).toEqual({
      postId: either,
      commentId: either,
    });
    expect(await fieldsOf("like.create", { postId: "1", commentId: null })).toEqual({ commentId: either });
    const one = ["Give one of postId, commentId, userId, and conversationId with seq"];
    expect(await fieldsOf("moderation.report", { target: {}, reason: "spam" })).toEqual({
      "target.postId": one,
      "target.commentId": one,
      "target.userId": one,
      "target.conversationId": one,
      "target.seq": one,
    });
  });

  test("name the field that is wrong where one is given", async () => {
    expect(Object.keys((await fieldsOf("like.create", { postId: 5 })) ?? {})).toEqual(["postId"]);
    expect(Object.keys((await fieldsOf("like.create", { commentId: "abc" })) ?? {})).toEqual(["commentId"]);
    const answer = await refusalOf({
      path: `like.list?input=${query({ postId: "1", limit: 1.5 })}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(Object.keys(answer.fieldErrors ?? {})).toEqual(["limit"]);
  });
});

test("a cursor that nobody gave out is cursor.invalid, however long", async () => {
  for (const cursor of ["", "x", "x".repeat(9_000)]) {
    const refusal = await refusalOf({
      path: `block.list?input=${query({ cursor })}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(refusal).toMatchObject({ status: 400, appCode: "cursor.invalid" });
  }
});
