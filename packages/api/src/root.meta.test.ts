// What procedures say of themselves (`.meta`) agrees with what their schemas say.
import { expect, test } from "vitest";
import { z } from "zod";
import { metaOf, paths, schemasOf, typeOf } from "./testing/matrix/call.ts";

const part = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

/** The keys of an object's schema, or of all objects that a union is made of. */
function keysOf(schema: z.ZodType | undefined, io: "input" | "output"): string[] {
  if (schema === undefined) return [];
  const parts: unknown[] = [z.toJSONSchema(schema, { io, unrepresentable: "any" })];
  const keys: string[] = [];
  // The list grows while it is walked through.
  for (const each of parts) {
    const { properties = {}, anyOf = [], oneOf = [] } = part.parse(each);
    keys.push(...Object.keys(properties));
    parts.push(...anyOf, ...oneOf);
  }
  return keys;
}

const takes = (key: string) => paths.filter((path) => keysOf(schemasOf(path).input, "input").includes(key));
const answers = (key: string) => paths.filter((path) => keysOf(schemasOf(path).output, "output").includes(key));

test("every procedure says whether it asks for a session", () => {
  expect(paths.filter((path) => metaOf(path).auth === undefined)).toEqual([]);
});

test("repeatable by key is what takes an idempotency key, and nothing else", () => {
  const keyed = paths.filter((path) => metaOf(path).repeat === "byKey");
  expect(keyed).toContain("post.create");
  expect(keyed).toEqual(takes("idempotencyKey"));
});

test("a session begins where tokens are answered, and nowhere else", () => {
  const beginning = paths.filter((path) => metaOf(path).session === "begins");
  expect(beginning).toContain("auth.signIn");
  expect(beginning).toEqual(answers("tokens"));
});

test("what may spare the caller's own session ends it otherwise", () => {
  const sparing = takes("exceptCurrent");
  expect(sparing).toEqual(["auth.signOutEverywhere"]);
  expect(sparing.map((path) => metaOf(path).session)).toEqual(["ends"]);
});

test("a stream is resumable where it takes the id of its last event, and nothing else is", () => {
  const resumable = paths.filter((path) => metaOf(path).isResumable);
  expect(resumable).toContain("live.onEvent");
  expect(resumable).toEqual(takes("lastEventId"));
});

test("every change of `auth` says whether it may be repeated, and only changes say so", () => {
  const changes = paths.filter((path) => typeOf(path) === "mutation");
  const ofAuth = changes.filter((path) => path.startsWith("auth.") || metaOf(path).auth === "none");
  expect(ofAuth.length).toBeGreaterThan(10);
  expect(ofAuth.filter((path) => metaOf(path).repeat === undefined)).toEqual([]);
  expect(paths.filter((path) => metaOf(path).repeat !== undefined && !changes.includes(path))).toEqual([]);
});
