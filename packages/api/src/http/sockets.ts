// The open WebSockets of this process: caps on messages and sockets, and the goodbye that makes clients resume elsewhere.
import type { WebSocket } from "ws";
import { reconnectNotice } from "./context.ts";

/** Frames above this close the socket (ws `maxPayload`). */
export const maxFrameBytes = 64 * 1_024;

const maxSocketsPerOwner = 64;
const messagesPerSecond = 200;
const messageBurst = 1_000;
const policyViolation = 1008;

export interface SocketBook {
  /** Counts a socket for an address; closes it when the address holds too many or it talks too fast. */
  watch(socket: WebSocket, owner: string): void;
  /** Asks every client to connect again (tRPC's reconnect notification). */
  askToReconnect(): void;
  closeAll(): void;
  readonly size: number;
}

/** `scale` multiplies the caps (LIMITS_SCALE). */
export function createSocketBook(input: { scale: number }): SocketBook {
  const sockets = new Set<WebSocket>();
  const perOwner = new Map<string, number>();

  return {
    watch(socket, owner) {
      const count = (perOwner.get(owner) ?? 0) + 1;
      if (count > maxSocketsPerOwner * input.scale) {
        socket.close(policyViolation, "too many connections");
        return;
      }
      perOwner.set(owner, count);
      sockets.add(socket);
      limitMessages(socket, input.scale);
      socket.once("close", () => {
        sockets.delete(socket);
        const left = (perOwner.get(owner) ?? 1) - 1;
        if (left > 0) perOwner.set(owner, left);
        else perOwner.delete(owner);
      });
    },
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

/** A token bucket: bursts pass (a client that reconnects opens all its streams), floods do not. */
function limitMessages(socket: WebSocket, scale: number): void {
  let tokens = messageBurst * scale;
  let lastMs = performance.now();
  socket.on("message", () => {
    const nowMs = performance.now();
    tokens = Math.min(messageBurst * scale, tokens + ((nowMs - lastMs) / 1_000) * messagesPerSecond * scale);
    lastMs = nowMs;
    tokens -= 1;
    if (tokens < 0) socket.close(policyViolation, "too many messages");
  });
}
