// Pages of long messages and of conversations end before they grow too large, and the next goes on right behind.
import { afterAll, beforeAll, expect, test } from "vitest";
import { maxPageBytes } from "../platform/call/cursor.ts";
import { openPair, sendAs } from "../testing/conversations.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { listConversations, listMessages } from "./chat.list.ts";

let deps: TestDeps;
let ann: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  ann = await createPerson(deps);
});
afterAll(() => deps.close());

// As many bytes as a text of a thousand signs may have, nearly.
const long = "👍🏽".repeat(1_000);
const count = 70;

async function openWithLong(): Promise<string> {
  const { id } = await openPair(deps, { ann });
  await sendAs(deps, ann, id, long);
  return id;
}

const bytesOf = (answer: object) => Buffer.byteLength(JSON.stringify(answer));

test("messages, whichever way one reads: each once, none left out, no page too large", async () => {
  const id = await openWithLong();
  for (let sent = 1; sent < count; sent += 1) await sendAs(deps, ann, id, long);
  const page = (input: { before?: number; after?: number; around?: number }) =>
    listMessages(deps, { viewerId: ann.id, conversationId: id, limit: 100, ...input });
  const all = Array.from({ length: count }, (_, index) => index + 1);

  const back: number[] = [];
  for (let before: number | undefined, more = true; more; ) {
    const { items, hasBefore } = await page(before === undefined ? {} : { before });
    expect(bytesOf(items)).toBeLessThan(maxPageBytes);
    back.unshift(...items.map(({ seq }) => seq));
    [before, more] = [items[0]?.seq, hasBefore];
  }
  expect(back).toEqual(all);

  const forth: number[] = [];
  for (let after = 0, more = true; more; ) {
    const { items, hasAfter } = await page({ after });
    expect(bytesOf(items)).toBeLessThan(maxPageBytes);
    forth.push(...items.map(({ seq }) => seq));
    [after, more] = [items.at(-1)?.seq ?? count, hasAfter];
  }
  expect(forth).toEqual(all);

  const middle = await page({ around: 35 });
  expect(bytesOf(middle.items)).toBeLessThan(maxPageBytes);
  expect(middle.items.map(({ seq }) => seq)).toContain(35);
  expect([middle.hasBefore, middle.hasAfter]).toEqual([true, true]);
});

test("conversations: each once, none left out, no page too large", async () => {
  const opened: string[] = [];
  for (let made = 0; made < count; made += 1) opened.unshift(await openWithLong());
  const listed: string[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const answer = await listConversations(deps, { viewerId: ann.id, state: "accepted", limit: 100, cursor });
    expect(bytesOf(answer)).toBeLessThan(maxPageBytes);
    listed.push(...answer.items.map(({ id }) => id));
    cursor = answer.nextCursor;
    more = cursor !== null;
  }
  expect(listed.slice(0, count)).toEqual(opened);
  expect(new Set(listed).size).toBe(listed.length);
});
