// The receivers' WebSockets: opened many at a time, answering pings, reading of each message only what is asked for.
import { WebSocket } from "ws";
import type { MessageCount, SocketPlan } from "./live.plan.ts";

const openedAtOnce = 50;
const patienceMs = 60_000;

const open = new Set<WebSocket>();
const listeners = new Set<(key: string) => void>();
let mark: string | null = null;
let marked = 0;
let received = 0;

/** Opens sockets and waits until the stream of each runs. */
export async function openSockets(plans: readonly SocketPlan[]): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: openedAtOnce }, async () => {
      for (let plan = plans[next++]; plan !== undefined; plan = plans[next++]) await openSocket(plan);
    }),
  );
}

function openSocket(plan: SocketPlan): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${plan.port}${plan.path}`, { perMessageDeflate: false });
  open.add(socket);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a stream did not start in time")), patienceMs);
    let isReady = false;
    socket.on("open", () => {
      for (const text of plan.hello) socket.send(text);
    });
    socket.on("message", (bytes: Buffer) => {
      const text = bytes.toString("utf8");
      if (text === "PING") return socket.send("PONG");
      if (!isReady && text.includes(plan.readyMark)) {
        isReady = true;
        clearTimeout(timer);
        resolve();
        return;
      }
      read(text);
    });
    socket.on("error", reject);
    socket.on("close", (code) => {
      open.delete(socket);
      reject(new Error(`a socket closed with ${code}`));
    });
  });
}

const postPattern = /"postId":"(\d+)"/;
const actorPattern = /"actor":\{"id":"(\d+)"/;

function read(text: string): void {
  received += 1;
  if (mark !== null && text.includes(mark)) marked += 1;
  if (listeners.size === 0) return;
  const [post, actor] = [postPattern.exec(text)?.[1], actorPattern.exec(text)?.[1]];
  if (post === undefined || actor === undefined) return;
  for (const listener of listeners) listener(`${post}/${actor}`);
}

/** Calls the listener for each notification, by "<postId>/<actorId>". The answer ends it. */
export function whenEvent(listener: (key: string) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Messages since the call before, and those of them that held its mark; sets the next mark. */
export function countMessages(nextMark: string): MessageCount {
  const count = { received, marked };
  mark = nextMark;
  marked = 0;
  received = 0;
  return count;
}

/** Closes all of them. */
export async function closeSockets(): Promise<void> {
  await Promise.all(
    [...open].map((socket) => {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.close();
      setTimeout(() => socket.terminate(), 2_000).unref();
      return closed;
    }),
  );
}
