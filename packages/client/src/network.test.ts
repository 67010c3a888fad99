// The client on a network that misbehaves: a server on loopback that answers what a proxy would, late, or not at all.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TRPCClientRuntime } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { afterEach, expect, test, vi } from "vitest";
import { createPixora, type PixoraOptions } from "./client.ts";
import { endLink } from "./end.link.ts";
import { isAnswerError, isConnectionError, isPixoraError } from "./errors.ts";
import { newKey } from "./key.ts";
import { cookieSession } from "./session.cookie.ts";
import { localStorageSession } from "./session.store.ts";

const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A client of a server that answers like this, and what was asked of it. */
async function openWorld(answer: RequestListener, options: Partial<PixoraOptions> = {}) {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    asked.push(request.url ?? "");
    answer(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pixora = createPixora({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
  closers.push(() => pixora.close());
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { pixora, asked };
}

function html(status: number, headers: Record<string, string> = {}): RequestListener {
  return (_request, reply) => {
    reply.writeHead(status, { "content-type": "text/html", ...headers }).end("<h1>no</h1>");
  };
}

const silent: RequestListener = () => {};
const post = { id: "1", caption: "hello" };
const good: RequestListener = (_request, reply) => {
  reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify([{ result: { data: post } }]));
};

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call succeeded"),
    (error: unknown) => error,
  );
}

test.each([401, 404, 413, 500, 200])(
  "a page of HTML with status %i fails the call at once, in words",
  async (status) => {
    const { pixora, asked } = await openWorld(html(status));
    const error = await failureOf(pixora.post.byId.query({ postId: "1" }));
    expect(isAnswerError(error) && error.cause.status).toBe(status);
    expect((error as Error).message).toContain(String(status));
    expect(isConnectionError(error)).toBe(false);
    expect(isPixoraError(error)).toBe(false);
    expect(asked).toHaveLength(1);
  },
);

test("JSON that is not Pixora's is no answer either", async () => {
  const { pixora } = await openWorld((_request, reply) => {
    reply.writeHead(404, { "content-type": "application/json" }).end('{"message":"no route"}');
  });
  expect(isAnswerError(await failureOf(pixora.post.byId.query({ postId: "1" })))).toBe(true);
});

test.each([408, 429, 502, 503, 504, 522])("status %i of a proxy is waited out", async (status) => {
  let count = 0;
  const { pixora, asked } = await openWorld((request, reply) => {
    count += 1;
    (count === 1 ? html(status) : good)(request, reply);
  });
  expect(await pixora.post.byId.query({ postId: "1" })).toEqual(post);
  expect(asked).toHaveLength(2);
});

test("a Retry-After is kept to, and one that is long is the app's to wait for", async () => {
  let firstAtMs = 0;
  let waitedMs = 0;
  const soon = await openWorld((request, reply) => {
    if (firstAtMs > 0) waitedMs = performance.now() - firstAtMs;
    else firstAtMs = performance.now();
    (waitedMs > 0 ? good : html(503, { "retry-after": "1" }))(request, reply);
  });
  await soon.pixora.post.byId.query({ postId: "1" });
  expect(waitedMs).toBeGreaterThan(950);
  const late = await openWorld(html(503, { "retry-after": "60" }));
  const error = await failureOf(late.pixora.post.byId.query({ postId: "1" }));
  expect(isAnswerError(error) && error.cause.retryAfterMs).toBe(60_000);
  expect(late.asked).toHaveLength(1);
});

test("a server that says nothing is given up at the deadline, as a failure of the network", async () => {
  const { pixora } = await openWorld(silent, { timeoutMs: 200 });
  const error = await failureOf(pixora.post.byId.query({ postId: "1" }));
  expect(isConnectionError(error)).toBe(true);
  expect((error as Error).message).toContain("0.2 s");
});

test("the deadline holds for the answer's body, too", async () => {
  const { pixora } = await openWorld((_request, reply) => void reply.writeHead(200).write("["), { timeoutMs: 200 });
  expect(isConnectionError(await failureOf(pixora.post.byId.query({ postId: "1" })))).toBe(true);
});

test("a connection that breaks is a failure of the network; an address that is none is not", async () => {
  const { pixora } = await openWorld((request) => request.socket.destroy(), { timeoutMs: 300 });
  expect(isConnectionError(await failureOf(pixora.post.byId.query({ postId: "1" })))).toBe(true);
  for (const url of ["htp://example.com", "not an address"]) {
    const error = await failureOf(createPixora({ url }).post.byId.query({ postId: "1" }));
    expect(isConnectionError(error)).toBe(false);
  }
});

test("an aborted call of a batch rejects at once with the reason, and its neighbour gets its answer", async () => {
  const held = Promise.withResolvers<void>();
  const { pixora, asked } = await openWorld(async (_request, reply) => {
    await held.promise;
    reply.end(JSON.stringify([{ result: { data: post } }, { result: { data: post } }]));
  });
  const stopping = new AbortController();
  const aborted = failureOf(pixora.post.byId.query({ postId: "1" }, { signal: stopping.signal }));
  const neighbour = pixora.post.byId.query({ postId: "2" });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const reason = new Error("the page was left");
  stopping.abort(reason);
  expect(await aborted).toMatchObject({ cause: reason });
  expect(isConnectionError(await aborted)).toBe(false);
  held.resolve();
  expect(await neighbour).toEqual(post);
});

test("a call with a signal that is aborted already is not sent", async () => {
  const { pixora, asked } = await openWorld(good);
  const call = pixora.post.byId.query({ postId: "1" }, { signal: AbortSignal.abort(new Error("too late")) });
  expect(await failureOf(call)).toMatchObject({ message: "too late" });
  expect(asked).toHaveLength(0);
});

test.each(["websocket", "sse"] as const)("an aborted stream over %s completes, once", async (transport) => {
  const { pixora } = await openWorld(silent, { transport });
  const stopping = new AbortController();
  const onComplete = vi.fn();
  pixora.live.onEvent.subscribe({}, { signal: stopping.signal, onComplete });
  stopping.abort();
  expect(onComplete).toHaveBeenCalledTimes(1);
});

test("closing ends calls that wait and streams that are open; nothing is sent any more", async () => {
  const { pixora, asked } = await openWorld(html(503), { transport: "sse" });
  const call = failureOf(pixora.post.byId.query({ postId: "1" }));
  const onComplete = vi.fn();
  pixora.live.onEvent.subscribe({}, { onComplete });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1));
  await pixora.close();
  expect(await call).toMatchObject({ message: "the client is closed" });
  expect(onComplete).toHaveBeenCalledTimes(1);
  expect(await failureOf(pixora.post.byId.query({ postId: "1" }))).toMatchObject({ message: "the client is closed" });
});

test("a stream over SSE that gets a page of HTML tells the app", async () => {
  const { pixora, asked } = await openWorld(html(401), { transport: "sse" });
  const error = await new Promise<unknown>((resolve) => pixora.live.onEvent.subscribe({}, { onError: resolve }));
  expect(isAnswerError(error) && error.cause.status).toBe(401);
  expect(asked).toHaveLength(1);
});

test("a stream over SSE that Pixora refuses tells the app with its code", async () => {
  const refusal = { code: -32600, message: "no", data: { appCode: "input.invalid", code: "BAD_REQUEST" } };
  const { pixora } = await openWorld(
    (_request, reply) => {
      reply.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: refusal }));
    },
    { transport: "sse" },
  );
  const error = await new Promise<unknown>((resolve) => pixora.live.onEvent.subscribe({}, { onError: resolve }));
  expect(isPixoraError(error)).toBe(true);
});

test("a public call is answered where the page may not use localStorage", async () => {
  vi.stubGlobal("localStorage", {
    getItem() {
      throw new DOMException("denied", "SecurityError");
    },
    setItem() {
      throw new DOMException("denied", "SecurityError");
    },
    removeItem() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  closers.push(() => void vi.unstubAllGlobals());
  const store = localStorageSession();
  const { pixora } = await openWorld(good, { session: store });
  expect(await pixora.post.byId.query({ postId: "1" })).toEqual(post);
  const nowText = new Date().toISOString();
  const tokens = {
    accessToken: "a",
    refreshToken: "r",
    accessTokenExpiresAt: nowText,
    refreshTokenExpiresAt: nowText,
  };
  await store.save(tokens);
  expect(await store.load()).toMatchObject(tokens);
  await store.save(null);
  expect(await store.load()).toBeNull();
});

test("a clock that is an hour ahead causes no refresh on the next page", async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  closers.push(() => void vi.unstubAllGlobals());
  const madeAt = Math.floor(Date.now() / 1_000) - 3_600;
  const claims = { sid: "1", sub: "1", iat: madeAt, exp: madeAt + 900 };
  const tokens = {
    accessToken: `h.${btoa(JSON.stringify(claims))}.s`,
    refreshToken: "r",
    accessTokenExpiresAt: new Date(claims.exp * 1_000).toISOString(),
    refreshTokenExpiresAt: new Date(claims.exp * 1_000).toISOString(),
  };
  await localStorageSession().save(tokens);
  const { pixora, asked } = await openWorld(good, { session: localStorageSession() });
  await pixora.post.byId.query({ postId: "1" });
  expect(asked.map((url) => url.split("?")[0])).toEqual(["/trpc/post.byId"]);
});

test("a clock that is an hour ahead is measured by the answers: a page in cookie mode asks for its tokens once", async () => {
  const madeAt = Math.floor(Date.now() / 1_000);
  const tokens = {
    accessToken: `h.${btoa(JSON.stringify({ sid: "1", sub: "1", iat: madeAt, exp: madeAt + 900 }))}.s`,
    refreshToken: "cookie",
    accessTokenExpiresAt: new Date((madeAt + 900) * 1_000).toISOString(),
    refreshTokenExpiresAt: new Date((madeAt + 9_000) * 1_000).toISOString(),
  };
  const { pixora, asked } = await openWorld(
    (request, reply) => {
      const isRefresh = request.url?.includes("auth.refresh") === true;
      const result = { result: { data: isRefresh ? { tokens } : post } };
      reply.writeHead(200, { "content-type": "application/json", date: new Date(madeAt * 1_000).toUTCString() });
      reply.end(JSON.stringify(isRefresh ? result : [result]));
    },
    { session: cookieSession() },
  );
  const now = Date.now;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
  closers.push(() => clock.mockRestore());
  for (const postId of ["1", "2"]) await pixora.post.byId.query({ postId });
  const paths = asked.map((url) => url.split("?")[0]);
  expect(paths).toEqual(["/trpc/auth.refresh", "/trpc/post.byId", "/trpc/post.byId"]);
});

test("an app may have queries go by POST: across origins a browser asks for leave once a list of procedures", async () => {
  const bodies: string[] = [];
  const { pixora, asked } = await openWorld(
    async (request, reply) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      bodies.push(`${request.method} ${body}`);
      good(request, reply);
    },
    { queryMethod: "POST" },
  );
  for (const postId of ["1", "2"]) await pixora.post.byId.query({ postId });
  expect(new Set(asked)).toEqual(new Set(["/trpc/post.byId?batch=1"]));
  expect(bodies).toEqual(['POST {"0":{"postId":"1"}}', 'POST {"0":{"postId":"2"}}']);
});

test("what a listener throws is the runtime's to report, and ends no stream", () => {
  vi.useFakeTimers();
  closers.push(() => void vi.useRealTimers());
  const link = endLink({ timeoutMs: 1_000, closed: new AbortController().signal })({} as TRPCClientRuntime);
  const op = { id: 1, type: "subscription", path: "live.onEvent", input: {}, context: {}, signal: null } as const;
  const envelope = { result: { type: "data", data: 1 } };
  const below = observable((connection) => {
    connection.next(envelope as never);
    connection.next(envelope as never);
  });
  const error = vi.fn();
  const next = vi.fn(() => {
    throw new Error("the listener threw");
  });
  link({ op, next: () => below } as unknown as Parameters<typeof link>[0]).subscribe({ next, error });
  expect(next).toHaveBeenCalledTimes(2);
  expect(error).not.toHaveBeenCalled();
  expect(() => vi.runAllTimers()).toThrow("the listener threw");
});

test("a runtime without crypto.randomUUID makes keys all the same", () => {
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  closers.push(() => void vi.unstubAllGlobals());
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
