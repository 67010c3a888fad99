// The command line of `npm run bench`.
import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("a workload and a ref to measure it against", () => {
  const { name, options } = readOptions(["like-hot", "--against", "main~3", "--rounds", "7"]);
  expect(name).toBe("like-hot");
  expect(options).toMatchObject({ against: "main~3", rounds: 7, seconds: 5 });
});

test("without a ref nothing is compared", () => {
  expect(readOptions(["like-hot"]).options).not.toHaveProperty("against");
});

test("a ref without a name is refused", () => {
  expect(() => readOptions(["like-hot", "--against", ""])).toThrow("--against must name a commit");
  expect(() => readOptions(["like-hot", "--against"])).toThrow();
});

test("a comparison is never kept among the results of lower bounds", () => {
  expect(() => readOptions(["like-hot", "--against", "main", "--keep"])).toThrow("--keep");
});

test("a number that is none, and an unknown option, are refused", () => {
  expect(() => readOptions(["like-hot", "--rounds", "some"])).toThrow("--rounds must be a number above 0");
  expect(() => readOptions(["like-hot", "--agianst", "main"])).toThrow();
});
