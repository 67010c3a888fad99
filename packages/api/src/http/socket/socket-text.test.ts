// Messages to sockets: what is shared is written once, and each is what tRPC would have written.
import { tracked } from "@trpc/server";
import { expect, test, vi } from "vitest";
import { vouchFor } from "../../platform/call/vouched.ts";
import { writeError, writeEvent, writeMark, writeResult } from "./socket-text.ts";

test("an event that many hear is made JSON once", () => {
  const event = vouchFor({ type: "post.counts", text: 'a "quoted" }} text', likeCount: 1 });
  const write = vi.spyOn(JSON, "stringify");
  const written = [1, "two"].map((id) => writeEvent({ id }, event));
  expect(write.mock.calls.filter(([value]) => value === event)).toHaveLength(1);
  write.mockRestore();
  expect(written.map((text) => JSON.parse(text))).toEqual(
    [1, "two"].map((id) => ({ id, result: { type: "data", data: event } })),
  );
});

test("tracked events go under their ids, and versions come back", () => {
  const call = { id: 'o"ne', jsonrpc: "2.0" };
  const event = { type: "ready" };
  expect(JSON.parse(writeEvent(call, tracked("7", event)))).toEqual({
    ...{ id: 'o"ne', jsonrpc: "2.0" },
    result: { type: "data", id: "7", data: { id: "7", data: event } },
  });
});

test("answers, marks and errors", () => {
  expect(JSON.parse(writeResult({ id: 1 }, { items: [{ a: 1 }], nextCursor: null }))).toEqual({
    id: 1,
    result: { type: "data", data: { items: [{ a: 1 }], nextCursor: null } },
  });
  expect(JSON.parse(writeResult({ id: 1 }, undefined))).toEqual({ id: 1, result: { type: "data" } });
  expect(JSON.parse(writeMark({ id: 1 }, "stopped"))).toEqual({ id: 1, result: { type: "stopped" } });
  expect(JSON.parse(writeError({ id: null }, { code: 1 }))).toEqual({ id: null, error: { code: 1 } });
});
