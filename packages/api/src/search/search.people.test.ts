// The search of people, and the typeahead of mentions.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import {
  block,
  createPerson,
  follow,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { namePeople } from "../user/user.names.ts";
import { findPeople } from "./search.people.ts";

let deps: TestDeps;
let viewer: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  viewer = await createPerson(deps, { handle: "the.viewer" });
});
afterAll(() => deps.close());

async function find(q: string, as: { viewer?: TestPerson | null; limit?: number } = {}): Promise<string[]> {
  const viewerId = (as.viewer === undefined ? viewer : as.viewer)?.id ?? null;
  const page = await findPeople(deps, { viewerId, q, limit: as.limit ?? 100 });
  return page.items.map((card) => card.handle);
}

const setFollowers = statement<never>(
  "test.setFollowers",
  "update user_counts set follower_count = $2 where user_id = $1",
);

async function make(handle: string, displayName = handle, followers = 0): Promise<TestPerson> {
  const person = await createPerson(deps, { handle, displayName });
  if (followers > 0) await deps.db.sql.run(setFollowers, [person.id, followers]);
  return person;
}

test("people come in their order: the handle, followed, following, friends of friends, followers, alike", async () => {
  const [famous, known, friend, fof, fan, exact] = [
    await make("zora_famous", "Zora Famous", 5_000),
    await make("zora_known", "Zora Known", 50),
    await make("zora_friend", "Zora Friend"),
    await make("zora_fof", "Zora Fof"),
    await make("zora_fan", "Zora Fan"),
    await make("zora", "Somebody Else"),
  ];
  const alike = await make("zorra", "Zorra");
  await follow(deps, { followerId: viewer.id, followeeId: friend.id });
  await follow(deps, { followerId: friend.id, followeeId: fof.id });
  await follow(deps, { followerId: fan.id, followeeId: viewer.id });
  const wanted = [exact, friend, fan, fof, famous, known, alike].map(({ handle }) => handle);
  expect(await find("zora")).toEqual(wanted);
  // To a stranger all but the first are others: the best known, then the newest.
  const toStranger = [exact, famous, known, fan, fof, friend, alike].map(({ handle }) => handle);
  expect((await find("@Zora", { viewer: null })).slice(0, 3)).toEqual(toStranger.slice(0, 3));
  expect((await find("@Zora", { viewer: null })).toSorted()).toEqual(toStranger.toSorted());
  const walked: string[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page = await findPeople(deps, { viewerId: viewer.id, q: "zora", limit: 2, cursor });
    walked.push(...page.items.map((card) => card.handle));
    cursor = page.nextCursor;
  }
  expect(walked.slice(0, 6)).toEqual(wanted.slice(0, 6));
  expect(new Set(walked).size).toBe(walked.length);
});

test("search 12: whatever the size of a page, the same people are found, those who are only alike, too", async () => {
  for (const name of ["philippa", "philippas", "phillippa", "philipa", "fhilippa"]) await make(`${name}9`, name);
  const whole = await find("philippa");
  expect(whole.length).toBeGreaterThan(3);
  for (const limit of [1, 2, 3]) {
    const walked: string[] = [];
    for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
      const page = await findPeople(deps, { viewerId: viewer.id, q: "philippa", limit, cursor });
      walked.push(...page.items.map((card) => card.handle));
      cursor = page.nextCursor;
    }
    expect(walked, `${limit}`).toEqual(whole);
  }
});

describe("names of every kind", () => {
  beforeAll(async () => {
    await make("yuki.yamada", "山田有希");
    await make("jose_alv", "José Álvarez-Núñez");
    await make("kamil9", "ŁUKASZ Øster");
    await make("ivan.x", "Иван Ёлкин");
    await make("no_name9");
    await make("cat.lady9", "🐈 lady");
  });

  test.each([
    ["a handle's beginning", "yuki.y", "yuki.yamada"],
    ["a handle's second word", "yamad", "yuki.yamada"],
    ["a name without blanks", "山田", "yuki.yamada"],
    ["the middle of such a name", "有希", "yuki.yamada"],
    ["one character of it", "希", "yuki.yamada"],
    ["no accents", "jose alv", "jose_alv"],
    ["all accents, in capitals", "ÁLVAREZ", "jose_alv"],
    ["the last of three names", "nunez", "jose_alv"],
    ["letters that no key has", "lukasz o", "kamil9"],
    ["Cyrillic without dots", "елк", "ivan.x"],
    ["Cyrillic in capitals", "ИВАН", "ivan.x"],
    ["search 9: a person without a name of their own", "no_nam", "no_name9"],
    ["a picture", "🐈", "cat.lady9"],
    ["a slip", "lukazs", "kamil9"],
    ["a slip in Cyrillic", "иваан", "ivan.x"],
  ])("%s: %s", async (_, q, handle) => {
    expect(await find(q)).toEqual([handle]);
  });

  test.each(["", "@", "!!", "%", "_", "\\", "'", "x".repeat(500), "👩‍👩‍👧"])(
    "%j finds nobody, and is no failure",
    async (q) => {
      expect(await find(q)).toEqual([]);
    },
  );
});

test("search 9: who is followed is found among thousands who are better known, active or not", async () => {
  const quiet = await make("quinn.quiet", "Quinn Quiet");
  await follow(deps, { followerId: viewer.id, followeeId: quiet.id });
  for (let made = 0; made < 210; made += 1) await make(`quinn.${made}`, "Quinn", 100 + made);
  for (const q of ["q", "qu", "qui", "quinn"]) expect((await find(q, { limit: 1 }))[0], q).toBe("quinn.quiet");
  expect((await find("qu", { viewer: null, limit: 1 }))[0]).toBe("quinn.209");
});

test("search 9: the exact handle comes first, however short and whoever is better known", async () => {
  await make("bee", "Some One");
  await make("bee.gees", "Bee Gees", 100_000);
  expect((await find("bee"))[0]).toBe("bee");
});

test("search 10: suspended and blocked people are absent, private accounts are there as cards", async () => {
  const [gone, blocker, blocked, hidden] = [
    await make("vv.gone"),
    await make("vv.er"),
    await make("vv.ed"),
    await make("vv.pr"),
  ];
  await suspend(deps, { userId: gone.id });
  await block(deps, { blockerId: blocker.id, blockedId: viewer.id });
  await block(deps, { blockerId: viewer.id, blockedId: blocked.id });
  await updateUser(deps, { actorId: hidden.id, isPrivate: true });
  expect(await find("vv")).toEqual(["vv.pr"]);
  expect(await find("vv.gone")).not.toContain("vv.gone");
  expect(await find("vv.er")).not.toContain("vv.er");
});

test("a new name is found in the next call, the old one no more", async () => {
  const person = await make("renamed9", "Wilhelmina");
  await updateUser(deps, { actorId: person.id, displayName: "Xanthippe" });
  expect([await find("wilhelmi"), await find("xanth"), await find("renamed")]).toEqual([
    [],
    ["renamed9"],
    ["renamed9"],
  ]);
});

const insertOld = statement<never>(
  "test.insertOldUsers",
  `with person as (insert into users (handle, display_name) select 'older' || n, 'Ulrike ' || n from generate_series(1, 450) n
   returning id)
   insert into user_counts (user_id, follower_count) select id, 7 from person`,
);
const renameAsBefore = statement<never>(
  "test.renameAsBefore",
  "update users set display_name = 'Gwendolyn' where handle = 'older7'",
);

test("people of the release before are found once the job has read them, and so are names that it still writes", async () => {
  await deps.db.sql.run(insertOld);
  expect(await find("ulrike")).toEqual([]);
  await namePeople(deps);
  expect(await find("ulrike 44")).toHaveLength(11);
  await deps.db.sql.run(renameAsBefore);
  await namePeople(deps);
  expect([await find("gwendolyn"), await find("ulrike 7")]).toEqual([
    ["older7"],
    expect.not.arrayContaining(["older7"]),
  ]);
});
