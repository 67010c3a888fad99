// Walking a list: every item once, from where the app wants it.
import { expect, test, vi } from "vitest";
import { paginate } from "./paginate.ts";

/** A list of pages, each under the cursor that the page before it gives; the first under null. */
function listOf<Item>(pages: Item[][]) {
  const asked: unknown[] = [];
  return {
    asked,
    async query(input: { cursor?: string | null; limit?: number }) {
      asked.push(input);
      const at = input.cursor ? Number(input.cursor) : 0;
      return { items: pages[at] ?? [], nextCursor: at + 1 < pages.length ? String(at + 1) : null };
    },
  };
}

async function walk<Item>(pages: Item[][], input: { cursor?: string | null; limit?: number } = {}) {
  const list = listOf(pages);
  const items: Item[] = [];
  for await (const item of paginate(list, input)) items.push(item);
  return { items, asked: list.asked };
}

test("an item that a ranked list shows twice comes once, whatever it is known by", async () => {
  expect(
    (
      await walk([
        [{ id: "1" }, { id: "2" }],
        [{ id: "2" }, { id: "3" }],
      ])
    ).items,
  ).toHaveLength(3);
  expect((await walk([[{ tag: "cats" }], [{ tag: "cats" }]])).items).toHaveLength(1);
  const ranked = { post: { id: "1" }, reasons: [] };
  expect((await walk([[ranked], [{ ...ranked }, { post: { id: "2" }, reasons: [] }]])).items).toHaveLength(2);
});

test("items that are known by nothing all come", async () => {
  expect((await walk([[{ caption: "a" }, { caption: "a" }]])).items).toHaveLength(2);
});

test("an empty page is not the end", async () => {
  expect((await walk([[{ id: "1" }], [], [{ id: "2" }]])).items).toEqual([{ id: "1" }, { id: "2" }]);
});

test("a walk begins at the cursor that it is given", async () => {
  const { items, asked } = await walk([[{ id: "1" }], [{ id: "2" }], [{ id: "3" }]], { cursor: "1", limit: 5 });
  expect(items).toEqual([{ id: "2" }, { id: "3" }]);
  expect(asked).toEqual([
    { cursor: "1", limit: 5 },
    { cursor: "2", limit: 5 },
  ]);
});

test("an aborted walk shows no more items, and hands its signal to the calls", async () => {
  const stopping = new AbortController();
  const query = vi.fn(async (_input: object, _options?: { signal?: AbortSignal }) => ({
    items: [{ id: "1" }, { id: "2" }],
    nextCursor: null,
  }));
  const walking = paginate({ query }, {}, { signal: stopping.signal });
  expect((await walking.next()).value).toEqual({ id: "1" });
  const reason = new Error("the page was left");
  stopping.abort(reason);
  await expect(walking.next()).rejects.toBe(reason);
  expect(query.mock.calls[0]?.[1]?.signal).toBe(stopping.signal);
});
