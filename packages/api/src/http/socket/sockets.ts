// The open WebSockets of this process: caps on how many, how fast and how slow, and the goodbye that makes clients
// resume elsewhere. Promise: a socket that breaks a cap is closed, and nothing it still sends is worked on.

import type { RawData, WebSocket } from "ws";
import { createTally, type Tally } from "../../platform/flow/tally.ts";
import { addressKeyOf } from "../../platform/limit/address.ts";
import { type Bucket, fillBucket } from "../../platform/limit/bucket.ts";
import { reconnectNotice } from "../context.ts";

/** Frames above this close the socket (ws `maxPayload`). */
export const maxFrameBytes = 64 * 1_024;

/** Pieces of one message: clients send a message in one, browsers in a few. */
export const maxFragments = 32;
/** Parts of a frame as they come from the network: 64 KiB over a slow one. */
export const maxBufferedChunks = 1_024;

/** Many people may share an address, one person has some devices and tabs. LIMITS_SCALE multiplies these four. */
const maxSocketsPerAddress = 500;
const maxSocketsPerUser = 50;
/** A message costs 1 and another 1 for each full KiB; a ping costs 1. */
const pointsPerSecond = 200;
/** A client that reconnects opens all its streams at once. */
const maxPoints = 1_000;
const perSeconds = maxPoints / pointsPerSecond;

/** Answers that may wait for a client before it is cut off. */
const maxWaitingBytes = 4 * 1_024 * 1_024;

/** A client that has been silent this long is asked for a sign of life, and has this long to give one. */
const pingAfterMs = 25_000;
const pongWithinMs = 10_000;
const lookEveryMs = 1_000;

const policyViolation = 1008;
const tryAgainLater = 1013;
const closeWithinMs = 1_000;

export interface SocketRegister {
  /** Counts a socket in. False: its address has too many, and it is being closed. */
  admit(socket: WebSocket, ip: string): boolean;
  /** Counts an admitted socket as a user's. False: the user has too many, and it is being closed. */
  claim(socket: WebSocket, userId: string): boolean;
  /** Asks every client to connect again (tRPC's reconnect notification). */
  askToReconnect(): void;
  closeAll(): void;
  readonly size: number;
}

/** What is known of an open socket. */
interface Seat {
  readonly address: string;
  userId: string | null;
  /** Bursts pass, floods do not. */
  bucket: Bucket;
  /** When the client was last heard, in milliseconds of the process. */
  heardAtMs: number;
  /** Since when it has owed a sign of life; null: it owes none. */
  pingedAtMs: number | null;
}

/** `scale` multiplies the caps (LIMITS_SCALE). */
export function createSocketRegister({ scale }: { scale: number }): SocketRegister {
  const seats = new Map<WebSocket, Seat>();
  const perAddress = { tally: createTally(), max: Math.max(1, maxSocketsPerAddress * scale) };
  const perUser = { tally: createTally(), max: Math.max(1, maxSocketsPerUser * scale) };
  let watching: NodeJS.Timeout | null = null;

  function hear(socket: WebSocket, seat: Seat, cost: number): void {
    spend(seat, cost, scale);
    if (seat.bucket.points < 0) closeFor(socket, policyViolation, "too many messages");
    else if (socket.bufferedAmount > maxWaitingBytes) closeFor(socket, policyViolation, "answers are not read");
  }

  function take(socket: WebSocket, seat: Seat): void {
    seats.set(socket, seat);
    watching ??= setInterval(() => checkPulses(seats), lookEveryMs).unref();
    socket.on("message", (message) => hear(socket, seat, 1 + Math.floor(bytesOf(message) / 1_024)));
    socket.on("ping", () => hear(socket, seat, 1));
    socket.on("close", () => {
      seats.delete(socket);
      perAddress.tally.remove(seat.address);
      if (seat.userId !== null) perUser.tally.remove(seat.userId);
      if (seats.size > 0 || watching === null) return;
      clearInterval(watching);
      watching = null;
    });
  }

  return {
    admit(socket, ip) {
      const address = addressKeyOf(ip);
      if (!countIn(socket, perAddress, address)) return false;
      const heardAtMs = performance.now();
      take(socket, {
        address,
        userId: null,
        bucket: { points: maxPoints * scale, atMs: heardAtMs },
        heardAtMs,
        pingedAtMs: null,
      });
      return true;
    },
    claim(socket, userId) {
      const seat = seats.get(socket);
      // One that went while its token was verified closes no second time, and must not stay counted.
      if (seat === undefined || socket.readyState !== socket.OPEN) return true;
      if (!countIn(socket, perUser, userId)) return false;
      seat.userId = userId;
      return true;
    },
    askToReconnect() {
      for (const socket of seats.keys()) socket.send(reconnectNotice);
    },
    closeAll() {
      for (const socket of seats.keys()) socket.terminate();
    },
    get size() {
      return seats.size;
    },
  };
}

function spend(seat: Seat, cost: number, scale: number): void {
  const nowMs = performance.now();
  fillBucket(seat.bucket, { points: maxPoints * scale, perSeconds }, nowMs);
  seat.bucket.points -= cost;
  seat.heardAtMs = nowMs;
  seat.pingedAtMs = null;
}

/** Asks clients that have been silent, and ends those that do not answer. One timer looks after all sockets. */
function checkPulses(seats: ReadonlyMap<WebSocket, Seat>): void {
  const nowMs = performance.now();
  for (const [socket, seat] of seats) {
    if (seat.pingedAtMs !== null) {
      if (nowMs - seat.pingedAtMs >= pongWithinMs) socket.terminate();
    } else if (nowMs - seat.heardAtMs >= pingAfterMs) {
      seat.pingedAtMs = nowMs;
      socket.send("PING");
    }
  }
}

/** Counts a socket in for its owner, or closes it where they have too many. */
function countIn(socket: WebSocket, { tally, max }: { tally: Tally; max: number }, owner: string): boolean {
  if (tally.countOf(owner) >= max) {
    closeFor(socket, tryAgainLater, "too many connections");
    return false;
  }
  tally.add(owner);
  return true;
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
