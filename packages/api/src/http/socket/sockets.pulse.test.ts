// Signs of life: silent clients are asked for one, and those that give none are ended.
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { createSocketRegister } from "./sockets.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: string[] = [];
  send(text: string): void {
    this.heard.push(text);
  }
  terminate(): void {
    this.heard.push("terminated");
    this.emit("close");
  }
}

function openTwo() {
  const register = createSocketRegister({ scale: 1 });
  const [silent, alive] = [new FakeSocket(), new FakeSocket()];
  for (const socket of [silent, alive]) register.admit(socket as unknown as WebSocket, "127.0.0.1");
  return { register, silent, alive };
}

test("a client that is silent for 25 s is asked, and ended if it stays silent for 10 s; an answer saves it", async () => {
  const { register, silent, alive } = openTwo();
  await vi.advanceTimersByTimeAsync(24_000);
  expect([silent.heard, alive.heard]).toEqual([[], []]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([silent.heard, alive.heard]).toEqual([["PING"], ["PING"]]);
  alive.emit("message", Buffer.from("PONG"));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(silent.heard).toEqual(["PING"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(silent.heard).toEqual(["PING", "terminated"]);
  expect(register.size).toBe(1);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(alive.heard).toEqual(["PING", "PING"]);
});

test("whoever talks is not asked", async () => {
  const { alive } = openTwo();
  for (let second = 0; second < 60; second += 1) {
    alive.emit("message", Buffer.from("x"));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(alive.heard).toEqual([]);
});

test("the last socket leaves no timer behind", async () => {
  const { silent, alive } = openTwo();
  silent.terminate();
  expect(vi.getTimerCount()).toBe(1);
  alive.terminate();
  expect(vi.getTimerCount()).toBe(0);
});
