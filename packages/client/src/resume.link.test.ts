// A stream that changes hands while it is being decided whether it may go on.
import type { AppRouter } from "@pixora/api";
import { type OperationResultEnvelope, TRPCClientError, type TRPCClientRuntime } from "@trpc/client";
import { type Observer, observable } from "@trpc/server/observable";
import { expect, test, vi } from "vitest";
import { createConnection } from "./connection.ts";
import { AnswerError, ConnectionError } from "./errors.ts";
import { resumeLink } from "./resume.link.ts";
import type { SessionInside } from "./session.ts";

type Failure = TRPCClientError<AppRouter>;
type Connection = Observer<OperationResultEnvelope<unknown, Failure>, Failure>;

function refusal(appCode: string): Failure {
  const result = { error: { code: -32001, message: "refused", data: { appCode } } };
  return TRPCClientError.from(result as unknown as Parameters<typeof TRPCClientError.from>[0]) as Failure;
}

/** A session that can be switched, and whose `forget` takes until `release` is called. */
function openSession() {
  const switchListeners = new Set<() => void>();
  const forgetting = Promise.withResolvers<void>();
  const tokens = { accessToken: "", refreshToken: "", accessTokenExpiresAt: "" };
  const session = {
    tokens: async () => tokens,
    holder: async () => ({ sessionId: "1", userId: "1" }),
    forget: vi.fn(() => forgetting.promise),
    onSwitch(listener: () => void) {
      switchListeners.add(listener);
      return () => switchListeners.delete(listener);
    },
  } as unknown as SessionInside;
  return { session, release: forgetting.resolve, change: () => switchListeners.forEach((listener) => void listener()) };
}

function subscribe(session: SessionInside, path = "live.onEvent") {
  const connections: Connection[] = [];
  const connection = createConnection();
  const statuses: string[] = [];
  connection.subscribe(({ status }) => statuses.push(status));
  const resume = resumeLink({ session, connection, closed: new AbortController().signal });
  const link = resume.link({} as TRPCClientRuntime);
  const op = { id: 1, type: "subscription", path, input: {}, context: {}, signal: null } as const;
  const next = () =>
    observable<OperationResultEnvelope<unknown, Failure>, Failure>((connection) => {
      connections.push(connection);
    });
  const app = { next: vi.fn(), error: vi.fn(), complete: vi.fn() };
  const subscription = link({ op, next } as unknown as Parameters<typeof link>[0]).subscribe(app);
  return { connections, app, subscription, statuses, resume };
}

test("a refusal of the session before does not end the stream of the person who came after", async () => {
  const { session, release, change } = openSession();
  const { connections, app, subscription } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.error(refusal("auth.sessionRevoked"));
  await vi.waitFor(() => expect(session.forget).toHaveBeenCalled());
  change();
  release();
  await vi.waitFor(() => expect(connections).toHaveLength(2));
  connections[1]?.next({ result: { type: "data", data: { type: "ready" } } } as never);
  expect(app.error).not.toHaveBeenCalled();
  expect(app.next).toHaveBeenCalledTimes(1);
  subscription.unsubscribe();
});

test("a refusal of the session that is here ends the stream, and no other connection is made", async () => {
  const { session, release } = openSession();
  const { connections, app } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.error(refusal("auth.sessionRevoked"));
  release();
  await vi.waitFor(() => expect(app.error).toHaveBeenCalledTimes(1));
  expect(connections).toHaveLength(1);
});

test("what a connection still says after the app has let go of the stream is not heard", async () => {
  const { session } = openSession();
  const { connections, app, subscription } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  subscription.unsubscribe();
  connections[0]?.next({ result: { type: "data", data: { type: "ready" } } } as never);
  connections[0]?.complete();
  expect(app.next).not.toHaveBeenCalled();
  expect(app.complete).not.toHaveBeenCalled();
});

test("a connection that stays silent is given up after 15 seconds for the next; one that has spoken is kept", async () => {
  vi.useFakeTimers();
  try {
    const { session } = openSession();
    const { connections, app, subscription } = subscribe(session);
    await vi.advanceTimersByTimeAsync(14_900);
    expect(connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(connections).toHaveLength(2);
    connections[1]?.next({ result: { type: "data", data: { type: "ready" } } } as never);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections).toHaveLength(2);
    expect(app.error).not.toHaveBeenCalled();
    subscription.unsubscribe();
  } finally {
    vi.useRealTimers();
  }
});

test("a proxy that says when to come back is kept to; a status that will not pass ends the stream", async () => {
  vi.useFakeTimers();
  try {
    const { session } = openSession();
    const { connections, app } = subscribe(session);
    const answered = (status: number) =>
      TRPCClientError.from<AppRouter>(new AnswerError({ status, contentType: "text/html", retryAfterMs: 10_000 }));
    await vi.advanceTimersByTimeAsync(0);
    connections[0]?.error(answered(503));
    await vi.advanceTimersByTimeAsync(9_900);
    expect(connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(connections).toHaveLength(2);
    expect(app.error).not.toHaveBeenCalled();
    connections[1]?.error(answered(403));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(app.error).toHaveBeenCalledTimes(1);
    expect(connections).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("a store of tokens that fails while a refusal is judged ends the stream with its error", async () => {
  const { session } = openSession();
  const broken = new Error("the store is full");
  vi.mocked(session.forget).mockRejectedValue(broken);
  const { connections, app } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.error(refusal("auth.sessionRevoked"));
  await vi.waitFor(() => expect(app.error).toHaveBeenCalledWith(broken));
});

test("a store of tokens that fails for the session before does not end the stream of the person who came after", async () => {
  const { session, change } = openSession();
  const reading = Promise.withResolvers<never>();
  const present = await session.tokens();
  session.tokens = vi.fn(async () => present).mockReturnValueOnce(reading.promise);
  const { connections, app, subscription } = subscribe(session);
  change();
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  reading.reject(new Error("the store is full"));
  await reading.promise.catch(() => undefined);
  connections[0]?.next({ result: { type: "data", data: { type: "ready" } } } as never);
  expect(app.next).toHaveBeenCalledTimes(1);
  expect(app.error).not.toHaveBeenCalled();
  subscription.unsubscribe();
});

test("the app is told when events arrive, when they stop, and when attempts fail one after another", async () => {
  vi.useFakeTimers();
  try {
    const { session } = openSession();
    const { connections, subscription, statuses } = subscribe(session);
    await vi.advanceTimersByTimeAsync(0);
    expect(statuses).toEqual(["connecting"]);
    const ready = { result: { type: "data", data: { type: "ready" } } } as never;
    const broken = TRPCClientError.from<AppRouter>(new ConnectionError("the network failed"));
    connections[0]?.next(ready);
    connections[0]?.next(ready);
    expect(statuses).toEqual(["connecting", "live"]);
    connections[0]?.error(broken);
    await vi.advanceTimersByTimeAsync(100);
    expect(statuses).toEqual(["connecting", "live", "connecting"]);
    connections[1]?.error(broken);
    await vi.advanceTimersByTimeAsync(300);
    expect(statuses.at(-1)).toBe("offline");
    connections[2]?.next(ready);
    subscription.unsubscribe();
    expect(statuses.slice(3)).toEqual(["offline", "live", "idle"]);
  } finally {
    vi.useRealTimers();
  }
});

const leave = { result: { type: "state", state: "connecting", error: null } } as never;
const started = { result: { type: "started" } } as never;

function event(id: string, type: string): never {
  return { result: { type: "data", id, data: { id, data: { type } } } } as never;
}

test("a connection that must be left serves the stream until the next has spoken; nothing comes twice", async () => {
  const { session } = openSession();
  const { connections, app, subscription, statuses } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.next(event("5", "ready"));
  connections[0]?.next(leave);
  await vi.waitFor(() => expect(connections).toHaveLength(2));
  connections[0]?.next(event("6", "notification.created"));
  connections[0]?.next(event("7", "notification.created"));
  // Made while the events above were on their way over the first.
  connections[1]?.next(event("5", "ready"));
  connections[1]?.next(event("6", "notification.created"));
  connections[1]?.next(event("7", "notification.created"));
  connections[0]?.next(event("8", "notification.created"));
  connections[1]?.next(event("8", "notification.created"));
  const heard = app.next.mock.calls.map(([envelope]) => envelope.result.id);
  expect(heard).toEqual(["5", "6", "7", "5", "8"]);
  expect(statuses).toEqual(["connecting", "live"]);
  subscription.unsubscribe();
});

test("a stream without ids that moves has no gap; one whose connection went first is told of it once", async () => {
  const { session } = openSession();
  const { connections, app, subscription } = subscribe(session, "live.onPost");
  const typesHeard = () => app.next.mock.calls.map(([{ result }]) => result.data?.type ?? result.type);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.next(started);
  connections[0]?.next(leave);
  await vi.waitFor(() => expect(connections).toHaveLength(2));
  connections[1]?.next(started);
  expect(typesHeard()).toEqual(["started", "started"]);
  connections[1]?.next(leave);
  await vi.waitFor(() => expect(connections).toHaveLength(3));
  connections[1]?.complete();
  connections[2]?.next(started);
  connections[2]?.next({ result: { type: "data", data: { type: "post.counts" } } } as never);
  expect(typesHeard().slice(2)).toEqual(["started", "post.resync", "post.counts"]);
  subscription.unsubscribe();
});

test("a page that is put aside holds no connection, and opens its streams when it comes back", async () => {
  const { session } = openSession();
  const { connections, app, subscription, resume } = subscribe(session);
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.next(event("1", "ready"));
  resume.rest();
  connections[0]?.next(event("2", "notification.created"));
  expect(app.next).toHaveBeenCalledTimes(1);
  resume.wake();
  await vi.waitFor(() => expect(connections).toHaveLength(2));
  resume.wake();
  expect(connections).toHaveLength(2);
  subscription.unsubscribe();
});
