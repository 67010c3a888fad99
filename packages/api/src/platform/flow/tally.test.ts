import { expect, test } from "vitest";
import { createTally } from "./tally.ts";

test("what owners hold is counted in and out, and never below nothing", () => {
  const tally = createTally();
  for (const owner of ["ann", "ann", "bob"]) tally.add(owner);
  expect([tally.countOf("ann"), tally.countOf("bob"), tally.countOf("cat"), tally.total()]).toEqual([2, 1, 0, 3]);
  for (const owner of ["ann", "bob", "bob"]) tally.remove(owner);
  expect([tally.countOf("ann"), tally.countOf("bob"), tally.total()]).toEqual([1, 0, 1]);
});
