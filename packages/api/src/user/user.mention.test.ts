// From "@handle" to people.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, openTestDeps, suspend, type TestDeps } from "../testing/index.ts";
import { resolveMentions } from "./user.mention.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

test("people are found in the order of the text, each once; who is gone or unknown is passed over", async () => {
  const [alice, bob, gone] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  await suspend(deps, { userId: gone.id });
  const text = `@${bob.handle} @unknown @${gone.handle} @${alice.handle} @${bob.handle}. me: @${alice.handle}`;
  expect(await resolveMentions(deps.db.sql, { authorId: alice.id, text })).toEqual([bob.id, alice.id]);
});
