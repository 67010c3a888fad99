// Parts that many pages share are neither checked nor written twice, and nobody can tell from the answer.
import { expect, test } from "vitest";
import { z } from "zod";
import { vouched, vouchFor, writeJson } from "./vouched.ts";

const part = vouched(z.object({ text: z.string() }));
const page = z.object({ items: z.array(z.object({ id: z.string(), part, others: vouched(z.array(part)) })) });
const long = 'ä "quoted" \u2028 text, '.repeat(40);

test("what somebody vouched for passes as it is, and all else is checked and stripped", () => {
  const shared = vouchFor({ text: "one" });
  const parsed = page.parse({ items: [{ id: "1", part: shared, others: [shared, { text: "two", secret: 1 }] }] });
  expect(parsed.items[0]?.part).toBe(shared);
  expect(parsed.items[0]?.others).toEqual([{ text: "one" }, { text: "two" }]);
  expect(() => page.parse({ items: [{ id: "1", part: { text: 1 }, others: [] }] })).toThrow("expected string");
  expect(part.nullable().parse(null)).toBeNull();
});

test("pages are written as JSON.stringify writes them, the first time and again", () => {
  const [one, two] = [vouchFor({ text: long }), vouchFor([{ text: long }, { text: `${long}$&$1` }])];
  const short = vouchFor({ text: "short" });
  const values = [
    {
      items: [
        { id: "1", part: one, others: two, gone: undefined },
        { part: short, others: [], id: long },
      ],
    },
    { nextCursor: null, items: [{ others: two, part: one }, one, null, "text", [one]], part: one },
    { items: [{ part: { part: one } }] },
    { items: [] },
    { items: "none" },
    [one],
    one,
    null,
    "text",
    undefined,
  ];
  for (const value of [...values, ...values]) expect(writeJson(value)).toBe(JSON.stringify(value));
});
