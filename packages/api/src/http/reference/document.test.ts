// The reference says all that the router has, in a form that tools take, and changes only on purpose.
import { readdir } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { z } from "zod";
import { paths, typeOf } from "../../testing/matrix/call.ts";
import { writeReference } from "./document.ts";
import { listNamedViews } from "./names.ts";
import { listProcedures } from "./procedures.ts";

const limits = { scale: 1, areHandlesHeld: false };
const reference = writeReference({ limits });
const text = JSON.stringify(reference);

const operation = z.object({
  operationId: z.string(),
  responses: z.record(z.string(), z.unknown()),
  "x-limits": z.array(z.object({ calls: z.int(), perSeconds: z.int() })),
});
const shape = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const read = shape.parse(JSON.parse(text));

test("the reference is the stored copy: a change of the wire is seen in it (renewed with `--update=all`)", async () => {
  await expect(`${JSON.stringify(reference, null, 2)}\n`).toMatchFileSnapshot("./openapi.json");
});

test("it is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(text));
  expect(result.errors ?? []).toEqual([]);
  expect([result.valid, validator.version]).toEqual([true, "3.1"]);
});

test("it has every procedure, reads as GET and changes as POST, each with its budgets", () => {
  const described = Object.entries(read.paths).map(([path, item]) => {
    const [[method, one] = []] = Object.entries(item);
    expect(one?.["x-limits"].length, path).toBeGreaterThan(0);
    return [path, method, one?.operationId];
  });
  const expected = paths.map((path) => [`/trpc/${path}`, typeOf(path) === "mutation" ? "post" : "get", path]);
  expect(described).toEqual(expected);
});

test("every reference in it leads somewhere", () => {
  const refs = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  expect(refs.length).toBeGreaterThan(500);
  const lost = refs.filter(([, kind = "", name = ""]) => read.components[kind]?.[name] === undefined);
  expect(lost.map(([ref]) => ref)).toEqual([]);
  // zod's own way of naming parts, which would lead out of the document.
  expect(text).not.toContain("$defs");
});

test("every shape that a room shows has a name in it", async () => {
  const root = new URL("../../", import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".schema.ts"));
  expect(files.length).toBeGreaterThan(10);
  const named = new Set<unknown>(listNamedViews().values());
  const unnamed: string[] = [];
  for (const file of files) {
    const exported: Record<string, unknown> = await import(new URL(file, root).href);
    for (const [name, schema] of Object.entries(exported)) {
      if (/(?:View|Ref)$/.test(name) && !named.has(schema)) unnamed.push(`${file} ${name}`);
    }
  }
  expect(unnamed).toEqual([]);
});

test("streams are described by their events", () => {
  const streams = listProcedures().filter(({ type }) => type === "subscription");
  expect(streams.map(({ path }) => path)).toEqual([
    "live.onEvent",
    "live.onConversation",
    "live.onQueue",
    "live.onPost",
  ]);
  for (const { path } of streams) {
    expect(JSON.stringify(read.paths[`/trpc/${path}`])).toMatch(/"x-itemSchema":\{"\$ref":"[^"]+EventView"\}/);
  }
  expect(JSON.stringify(read.components.schemas?.PersonalEventView)).toContain('"notification.created"');
});

test("nothing in it is left open: every input and output has a shape", () => {
  const open = listProcedures().filter(({ input, output }) =>
    [z.toJSONSchema(input, { io: "input", unrepresentable: "any" }), z.toJSONSchema(output)].some(
      ({ type, anyOf, oneOf }) => type === undefined && anyOf === undefined && oneOf === undefined,
    ),
  );
  expect(open.map(({ path }) => path)).toEqual([]);
});

test("bounds that are only how the server checks are left out, and graphemes are said", () => {
  expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER));
  expect(text).not.toContain('"additionalProperties":false');
  const caption =
    '{"description":"At most 2200 characters as people see them (graphemes)","x-maxGraphemes":2200,"type":"string"}';
  expect(text).toContain(caption);
});

test("budgets are those of the deployment", () => {
  const signUp = (settings: { scale: number; areHandlesHeld: boolean }) => {
    const document = shape.parse(writeReference({ limits: settings }));
    return document.paths["/trpc/auth.signUp"]?.post?.["x-limits"].map(({ calls }) => calls);
  };
  expect(signUp(limits)).toEqual([60, 10]);
  expect(signUp({ scale: 2, areHandlesHeld: true })).toEqual([120, 300, 20]);
});
