// The open WebSockets of this process: caps on how many, how fast and how slow, and the goodbye that makes clients
// resume elsewhere. Promise: a socket that breaks a cap is closed, and nothing it still sends is worked on.
import type { RawData, WebSocket } from "ws";
import { addressKeyOf } from "../platform/address.ts";
import { reconnectNotice } from "./context.ts";

/** Frames above this close the socket (ws `maxPayload`). */
export const maxFrameBytes = 64 * 1_024;

/** Many people may share an address, one person has some devices and tabs. LIMITS_SCALE multiplies these four. */
const maxSocketsPerAddress = 500;
const maxSocketsPerUser = 50;
/** A message costs 1 and another 1 for each full KiB; a ping costs 1. */
const pointsPerSecond = 200;
/** A client that reconnects opens all its streams at once. */
const maxPoints = 1_000;

/** Answers that may wait for a client before it is cut off. */
const maxWaitingBytes = 4 * 1_024 * 1_024;

const policyViolation = 1008;
const tryAgainLater = 1013;
const closeWithinMs = 1_000;

export interface SocketBook {
  /** Counts a socket in. False: its address has too many, and it is being closed. */
  admit(socket: WebSocket, ip: string): boolean;
  /** Counts an admitted socket as a user's. False: the user has too many, and it is being closed. */
  claim(socket: WebSocket, userId: string): boolean;
  /** Asks every client to connect again (tRPC's reconnect notification). */
  askToReconnect(): void;
  closeAll(): void;
  readonly size: number;
}

/** `scale` multiplies the caps (LIMITS_SCALE). */
export function createSocketBook(input: { scale: number }): SocketBook {
  const sockets = new Set<WebSocket>();
  const perAddress = createTally(Math.max(1, maxSocketsPerAddress * input.scale));
  const perUser = createTally(Math.max(1, maxSocketsPerUser * input.scale));

  /** Counts the socket for its owner until it closes. */
  function countIn(socket: WebSocket, tally: Tally, owner: string): boolean {
    if (!tally.add(owner)) {
      closeFor(socket, tryAgainLater, "too many connections");
      return false;
    }
    socket.once("close", () => tally.remove(owner));
    return true;
  }

  return {
    admit(socket, ip) {
      if (!countIn(socket, perAddress, addressKeyOf(ip))) return false;
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      limitTalk(socket, input.scale);
      return true;
    },
    // One that went while its token was verified closes no second time, and must not stay counted.
    claim: (socket, userId) => socket.readyState !== socket.OPEN || countIn(socket, perUser, userId),
    askToReconnect() {
      for (const socket of sockets) socket.send(reconnectNotice);
    },
    closeAll() {
      for (const socket of sockets) socket.terminate();
    },
    get size() {
      return sockets.size;
    },
  };
}

interface Tally {
  add(owner: string): boolean;
  remove(owner: string): void;
}

function createTally(max: number): Tally {
  const counts = new Map<string, number>();
  return {
    add(owner) {
      const count = counts.get(owner) ?? 0;
      if (count >= max) return false;
      counts.set(owner, count + 1);
      return true;
    },
    remove(owner) {
      const left = (counts.get(owner) ?? 1) - 1;
      if (left > 0) counts.set(owner, left);
      else counts.delete(owner);
    },
  };
}

/** Closes a socket that talks too much or does not listen. A token bucket: bursts pass, floods do not. */
function limitTalk(socket: WebSocket, scale: number): void {
  let points = maxPoints * scale;
  let lastMs = performance.now();

  function spend(cost: number): void {
    const nowMs = performance.now();
    points = Math.min(maxPoints * scale, points + ((nowMs - lastMs) / 1_000) * pointsPerSecond * scale);
    lastMs = nowMs;
    points -= cost;
    if (points < 0) closeFor(socket, policyViolation, "too many messages");
    else if (socket.bufferedAmount > maxWaitingBytes) closeFor(socket, policyViolation, "answers are not read");
  }

  socket.on("message", (message) => spend(1 + Math.floor(bytesOf(message) / 1_024)));
  socket.on("ping", () => spend(1));
}

function bytesOf(message: RawData): number {
  if (!Array.isArray(message)) return message.byteLength;
  return message.reduce((sum, part) => sum + part.byteLength, 0);
}

function closeFor(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  // Until the client answers the close frame, its messages keep coming.
  socket.removeAllListeners("message");
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), closeWithinMs).unref();
}
