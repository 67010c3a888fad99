import { expect, test } from "vitest";
import { awaitedFacts, feedFacts } from "./feed.facts.ts";

test("a feed waits for every fact that its jobs take, but for those that only take posts away", () => {
  expect(awaitedFacts.map(([fact]) => fact).sort()).toEqual([
    "feed.pullSwitched",
    "feed.rangeRequested",
    "follow.accepted",
    "follow.created",
    "mute.deleted",
    "post.created",
    "post.createdPlain",
    "post.headMended",
  ]);
  expect(feedFacts.length - awaitedFacts.length).toBe(3);
});
