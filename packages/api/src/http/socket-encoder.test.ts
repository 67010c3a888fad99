// Messages to sockets: what is shared is written once, and nobody can tell.
import { jsonEncoder } from "@trpc/server/adapters/ws";
import { expect, test, vi } from "vitest";
import { vouchFor } from "../platform/vouched.ts";
import { socketEncoder } from "./socket-encoder.ts";

const parse = (text: unknown) => JSON.parse(String(text));

test("an event that many hear is made JSON once, and each message is what tRPC would have written", () => {
  const event = vouchFor({ type: "post.counts", text: 'a "quoted" }} text', likeCount: 1 });
  const write = vi.spyOn(JSON, "stringify");
  const messages = [1, "two", null].map((id) => ({ id, jsonrpc: undefined, result: { type: "data", data: event } }));
  const written = messages.map((message) => socketEncoder.encode(message));
  expect(write.mock.calls.filter(([value]) => value === event)).toHaveLength(1);
  write.mockRestore();
  expect(written.map(parse)).toEqual(messages.map((message) => parse(jsonEncoder.encode(message))));
  const versioned = { id: 1, jsonrpc: "2.0", result: { type: "data", data: event } };
  expect(parse(socketEncoder.encode(versioned))).toEqual(versioned);
});

test("all else is written as it is", () => {
  const tracked = { id: 1, result: { type: "data", id: "7", data: { id: "7", data: { type: "ready" } } } };
  for (const message of [tracked, { id: 1, result: { type: "started" } }, { id: 1, error: { code: 1 } }]) {
    expect(socketEncoder.encode(message)).toBe(jsonEncoder.encode(message));
  }
  expect(socketEncoder.decode("[1]")).toEqual([1]);
});
