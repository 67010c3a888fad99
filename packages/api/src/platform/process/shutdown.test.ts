// The coming end of a process, as its streams hear of it.
import { expect, test } from "vitest";
import { createShutdown } from "./shutdown.ts";

test("whoever listens hears of it once, whoever was taken off does not, and whoever comes too late hears at once", () => {
  const shutdown = createShutdown();
  const heard: string[] = [];
  shutdown.listen(() => heard.push("first"));
  const takeOff = shutdown.listen(() => heard.push("gone"));
  takeOff();
  shutdown.begin();
  shutdown.begin();
  expect(heard).toEqual(["first"]);
  shutdown.listen(() => heard.push("late"))();
  expect(heard).toEqual(["first", "late"]);
});
