import { expect, test } from "vitest";
import { consequences } from "./consequences.ts";
import { endsFacts } from "./jobs.ts";

test("a job that deletes its facts is all that they cause", () => {
  const shared = Object.values(consequences).filter((causedJobs) => causedJobs.length > 1);
  expect(shared.flat().filter(endsFacts)).toEqual([]);
});
