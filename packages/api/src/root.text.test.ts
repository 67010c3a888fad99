// Text over the wire: what PostgreSQL cannot keep, or people cannot see, is refused in every field that takes text, and
// by no field with a failure of ours; what people write comes back as they meant it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openTestServer, type TestServer, type WireError, type WirePerson, waitFor } from "./testing/index.ts";
import { paths, schemasOf, typeOf } from "./testing/matrix/call.ts";
import { inputsOf } from "./testing/matrix/paper.ts";
import { setRole } from "./user/user.service.ts";

let server: TestServer;
let ann: WirePerson;
beforeAll(async () => {
  server = await openTestServer();
  ann = await server.signUp({ handle: "ann.lee" });
  // Staff only are asked for more than who they are.
  await setRole(server.deps, { handle: "ann.lee", role: "moderator" });
});
afterAll(() => server.close());

const hostile = {
  "a NUL": "a\u0000b",
  "the first half of a character": "x\ud83d",
  "the second half of a character": "\udc4dx",
};

type JsonSchema = { [key: string]: unknown } | undefined;
type Path = (string | number)[];

/** Where a schema takes text: the paths of all strings in it. */
function textPathsOf(schema: JsonSchema, at: Path = []): Path[] {
  if (schema === undefined) return [];
  const found = [schema.type].flat().includes("string") ? [at] : [];
  const variants = ["anyOf", "oneOf", "allOf"].flatMap((key) => (schema[key] as JsonSchema[] | undefined) ?? []);
  for (const variant of variants) found.push(...textPathsOf(variant, at));
  for (const [key, part] of Object.entries((schema.properties as Record<string, JsonSchema> | undefined) ?? {})) {
    found.push(...textPathsOf(part, [...at, key]));
  }
  return [...found, ...textPathsOf(schema.items as JsonSchema, [...at, 0])];
}

function withText(base: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text;
  const inner = typeof base === "object" && base !== null ? Reflect.get(base, key) : undefined;
  const changed = withText(inner, rest, text);
  return typeof key === "number" ? [changed] : { ...(base as object | undefined), [key]: changed };
}

const fields = paths.flatMap((path) => {
  const { input } = schemasOf(path);
  if (input === undefined) return [];
  const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const texts = new Map(textPathsOf(schema).map((at) => [at.join("."), at]));
  return [...texts].map(([name, at]) => ({ path, name, at }));
});

const clientErrors = new Set([400, 401, 404]);
/** Fields that any text fits: what nobody knows is passed over there. */
const takesAnything = new Set(["live.onEvent lastEventId"]);

async function refusalOf(path: string, input: unknown): Promise<WireError | null> {
  if (typeOf(path) !== "subscription") {
    const [answer] = await server.batch([{ path, input }], { token: ann.token });
    return answer?.ok === false ? answer.error : null;
  }
  const socket = await server.openSocket({ token: ann.token });
  const stream = socket.subscribe(path, input);
  await waitFor("an answer", () => stream.error !== null || stream.items.length > 0);
  await socket.close();
  return stream.error;
}

describe("every field that takes text", () => {
  test("is found", () => {
    const names = fields.map(({ path, name }) => `${path} ${name}`);
    expect(names.length).toBeGreaterThan(60);
    expect(names).toEqual(
      expect.arrayContaining(["post.create caption", "post.create media.0.alt", "feed.home cursor"]),
    );
  });

  test.each(Object.entries(hostile))("refuses %s", async (_name, text) => {
    const wrong: string[] = [];
    for (const { path, name, at } of fields) {
      const [base = {}] = inputsOf(path);
      const refusal = await refusalOf(path, withText(base, at, text));
      const code = refusal?.appCode ?? "ok";
      const isRight = takesAnything.has(`${path} ${name}`) ? code === "ok" : clientErrors.has(refusal?.httpStatus ?? 0);
      if (!isRight) wrong.push(`${path} ${name}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("handles over the wire", () => {
  const account = { email: "twin@wire.example", password: "correct horse battery" };
  const signUpAs = (handle: string) => server.client().auth.signUp({ ...account, handle });

  test("have no twin in other letters: case, look-alikes, zero-width and direction marks", async () => {
    await expect(signUpAs("Ann.LEE")).rejects.toMatchObject({ appCode: "user.handleTaken" });
    for (const handle of [
      "аnn.lee",
      "ann\u200b.lee",
      "ann.lee\u202e",
      "ａnn.lee",
      "ann.lеe",
      "ann\u00ad.lee",
      "ann.\u212Aee",
    ]) {
      await expect(signUpAs(handle)).rejects.toMatchObject({
        appCode: "input.invalid",
        fieldErrors: { handle: [expect.any(String)] },
      });
      await expect(server.client().user.byHandle({ handle })).rejects.toMatchObject({ httpStatus: 404 });
    }
    expect((await server.client().user.byHandle({ handle: "ANN.Lee" })).id).toBe(ann.user.id);
  });

  test("that are reserved go to nobody, in no case", async () => {
    for (const handle of ["admin", "Pixora", "SUPPORT", "no.reply"]) {
      await expect(signUpAs(handle)).rejects.toMatchObject({ fieldErrors: { handle: ["This handle is reserved"] } });
      expect(await server.client().user.isHandleFree({ handle })).toEqual({ isFree: false });
    }
  });
});

describe("names and texts over the wire", () => {
  test("come back composed and trimmed, emoji and joining scripts whole", async () => {
    const displayName = "  Jose\u0301 👨‍👩‍👧‍👦 ";
    expect((await ann.client.user.update({ displayName })).displayName).toBe("José 👨‍👩‍👧‍👦");
    const caption = "cafe\u0301 می‌خواهم ❤️‍🔥";
    expect((await ann.client.post.create({ caption })).caption).toBe("café می‌خواهم ❤️‍🔥");
  });

  test("names that deceive are refused", async () => {
    for (const displayName of ["Ann\u202egro", "Ann\u200b", "\u2066Ann", "\u3164", "a\u0000b", "two\nlines"]) {
      await expect(ann.client.user.update({ displayName })).rejects.toMatchObject({
        appCode: "input.invalid",
        fieldErrors: { displayName: expect.any(Array) },
      });
    }
  });
});
