import { expect, test } from "vitest";
import { unlinked } from "./unlinked.ts";

test.each([
  ["www.pills.com", "www[.]pills[.]com"],
  ["http://1249763844/x", "http[:]//1249763844/x"],
  ["buy@pills.com", "buy[@]pills[.]com"],
  ["mailto:buy", "mailto[:]buy"],
  ["pills。com", "pills[。]com"],
  ["a..b", "a[.][.]b"],
])("a name such as %s is nothing to link", (name, shown) => {
  expect(unlinked(name)).toBe(shown);
});

test.each(["Dr. Ann B.", "@ann", "Ann: painter", "ann_b", "Zoë"])("%s stays as it is", (name) => {
  expect(unlinked(name)).toBe(name);
});
