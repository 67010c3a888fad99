// The making of the demo data, without a database: names, texts, and that chance repeats itself.
import { beforeAll, describe, expect, test } from "vitest";
import { parseHashtags } from "../../packages/api/src/platform/text/hashtag.ts";
import { parseMentions } from "../../packages/api/src/platform/text/mention.ts";
import { newHandleInput } from "../../packages/api/src/user/user.handle.ts";
import { displayNameInput } from "../../packages/api/src/user/user.name.ts";
import { momentAfter } from "./clock.ts";
import { type GraphPerson, readGraph } from "./graph.ts";
import { chooseHandles, cleanName, slugOf } from "./names.ts";
import { createRandom } from "./random.ts";
import { makeWorld, type World } from "./world.ts";

const now = new Date("2026-11-20T12:00:00Z");
let graph: GraphPerson[];
let world: World;

beforeAll(async () => {
  graph = await readGraph();
  world = makeWorld(graph, { seed: "test", postCount: 50_000, now });
}, 120_000);

describe("names", () => {
  test.each([
    ["Justin_Tōkyō ⚡️", "justin_tokyo"],
    ["  @Cold.Hard -- Sats!! ", "cold.hard_sats"],
    ["𝓐𝓵𝓲𝓬𝓮", "alice"],
    ["ﬁne", "fine"],
    ["あか", null],
    ["21000000", null],
    ["a", null],
    ["The very long name of somebody who goes on and on", "the_very_long_name_of_some"],
  ])("the slug of %j is %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug === null ? null : slug.slice(0, 25).replace(/[._]+$/, ""));
  });

  test("handles are unique, numbered in order, and never reserved words", () => {
    const wishes = [["rico"], ["rico"], ["alice", "x.y"], ["admin", "adm_in"], [null, "rico"], ["rico2"]];
    expect(chooseHandles(wishes, ["alice"])).toEqual(["rico", "rico2", "alice2", "adm_in", "rico3", "rico22"]);
  });

  test.each([
    ["Fox 🧙‍♀️🪐", "Fox 🧙‍♀️🪐"],
    ["a\u202Eb\u200Bc", "abc"],
    ["tab\tand\nline\0end", "tab and line end"],
    ["e\u0301", "é"],
    ["\u200B\u2800", null],
    ["half \uD83D", "half \uFFFD"],
    ["x".repeat(80), "x".repeat(50)],
  ])("the display name of %j is %j", (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  test("everybody's handle and name would pass at sign-up", () => {
    const refused = world.people.filter(
      ({ handle, displayName }) =>
        newHandleInput.safeParse(handle).data !== handle ||
        displayNameInput.safeParse(displayName).data !== displayName,
    );
    expect(refused).toEqual([]);
    expect(new Set(world.people.map(({ handle }) => handle)).size).toBe(world.people.length);
  });

  test("people with a profile carry its name", () => {
    const named = graph.flatMap(({ name }, at) => (name === null ? [] : [{ name, person: world.people[at] }]));
    expect(named).toHaveLength(17_036);
    const kept = named.filter(({ name, person }) => person?.displayName === name);
    expect(kept.length / named.length).toBeGreaterThan(0.97);
  });
});

describe("texts", () => {
  test("captions are varied", () => {
    const captions = world.posts.map(({ caption }) => caption);
    expect(new Set(captions).size / captions.length).toBeGreaterThan(0.9);
    expect(captions.filter((caption) => /[{}]|undefined|null/.test(caption))).toEqual([]);
    expect(captions.every((caption) => caption === caption.normalize("NFC").trim())).toBe(true);
  });

  test("hashtags and mentions of posts are what the API reads in their captions", () => {
    const misread = world.posts.filter(
      ({ caption, hashtags, mentioned }) =>
        parseHashtags(caption)
          .map((tag) => tag.key)
          .join() !== hashtags.join() || parseMentions(caption).join() !== (mentioned?.handle ?? ""),
    );
    expect(misread).toEqual([]);
    expect(world.posts.filter(({ hashtags }) => hashtags.length > 0).length).toBeGreaterThan(30_000);
    expect(world.posts.filter(({ mentioned }) => mentioned !== null).length).toBeGreaterThan(2_000);
  });

  test("mentions of comments are what the API reads in their texts", () => {
    const misread = world.comments.filter(
      ({ text, mentioned }) => parseMentions(text).join() !== (mentioned?.handle ?? ""),
    );
    expect(misread).toEqual([]);
    expect(world.comments.filter(({ mentioned }) => mentioned !== null).length).toBeGreaterThan(300);
  });
});

describe("chance", () => {
  test("the same seed makes the same people, captions and ids, and another day only other dates", () => {
    const dayMs = 86_400_000;
    const make = (at: Date) => makeWorld(graph, { seed: "test", postCount: 3_000, now: at });
    const [made, again, later] = [make(now), make(now), make(new Date(now.getTime() + dayMs))];
    // As one text each: comparing half a million values one by one takes seconds.
    const captionsOf = (some: World) =>
      some.posts.map(({ caption, author }) => `${author.handle}: ${caption}`).join("\n");
    const idsOf = (some: World) =>
      [some.people, some.follows, some.posts, some.postLikes, some.comments, some.commentLikes, some.notifications]
        .map((things) => things.map(({ id }) => id).join())
        .join("\n");
    const agesOf = (some: World, present: number) => some.posts.map(({ atMs }) => present - atMs).join();
    expect(captionsOf(again) === captionsOf(made)).toBe(true);
    expect(idsOf(again) === idsOf(made)).toBe(true);
    expect(captionsOf(later) === captionsOf(made)).toBe(true);
    expect(agesOf(later, now.getTime() + dayMs) === agesOf(made, now.getTime())).toBe(true);
  });

  test("the same seed gives the same numbers, another one others", () => {
    const pick = (seed: string) => Array.from({ length: 5 }, () => createRandom(seed).next());
    expect(pick("one")).toEqual(pick("one"));
    expect(pick("one")).not.toEqual(pick("two"));
  });

  test("a moment after another lies between it and now, or there is none", () => {
    const random = createRandom("moments");
    for (const roomMs of [0, 1, 2, 3, 1_000, 100_000]) {
      for (let tries = 0; tries < 100; tries += 1) {
        const atMs = momentAfter(random, { afterMs: 5_000, meanMs: 2_000, nowMs: 5_000 + roomMs });
        if (roomMs < 2) expect(atMs).toBeNull();
        else expect(atMs).toSatisfy((ms: number) => ms > 5_000 && ms < 5_000 + roomMs);
      }
    }
  });
});
