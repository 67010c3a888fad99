// The search of posts, as people use it: every script, every operator, everyone's own right to see.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { AppError } from "../platform/call/errors.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import {
  block,
  createPerson,
  follow,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { findPosts } from "./search.posts.ts";
import { searchInput } from "./search.schema.ts";

let deps: TestDeps;
let author: TestPerson;
let reader: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  [author, reader] = [await createPerson(deps), await createPerson(deps)];
});
afterAll(() => deps.close());

async function write(caption: string, as: { by?: TestPerson; visibility?: "public" | "followers" } = {}) {
  const { by = author, visibility = "public" } = as;
  const post = await createPost(deps, { actorId: by.id, ...createPostInput.parse({ caption, visibility }) });
  return post.id;
}

async function find(q: string, viewer: TestPerson | null = reader): Promise<string[]> {
  const page = await findPosts(deps, { viewerId: viewer?.id ?? null, ...searchInput.parse({ q, limit: 100 }) });
  return page.items.map((post) => post.id);
}

/** The captions, among all that these tests write, that a query finds. */
async function captionsOf(q: string): Promise<string[]> {
  const page = await findPosts(deps, { viewerId: null, ...searchInput.parse({ q, limit: 100 }) });
  return page.items.map((post) => post.caption);
}

describe("search 1: words of every script", () => {
  const written = [
    "東京タワーの夜景",
    "京都に行った",
    "我爱北京天安门",
    "สวัสดีชาวโลก",
    "สวยงาม",
    "الكِتَابُ الجديد",
    "Москва и Ёлка",
    "I write C# and C++ daily",
    "plan B",
    "a cat 🐈‍⬛ at noon",
    "flags 🇯🇵🇨🇭",
    "Crème brûlée à Zürich",
    "İstanbul'da ISPARTA gülü",
    "don't panic: node.js at example.com",
    "서울에서 찍은 사진",
    "ﬁne ＷＩＤＥ Straße",
  ];
  beforeAll(async () => {
    for (const caption of written) await write(caption);
  });

  test.each([
    ["two characters of Japanese", "東京", 0],
    ["two characters within a word of Japanese", "夜景", 0],
    ["kana with their long sound", "タワー", 0],
    ["two characters of Chinese", "北京", 2],
    ["two characters at the end of Chinese", "安门", 2],
    ["three characters", "天安门", 2],
    ["one character at the beginning", "我", 2],
    ["one character at the end", "门", 2],
    ["Thai", "สวัสดี", 3],
    ["Thai in the middle", "ชาว", 3],
    ["Arabic without its vowels", "كتاب", 5],
    ["Arabic as it is written", "الكِتَابُ", 5],
    ["Cyrillic in another case", "МОСКВА", 6],
    ["Cyrillic without its dots", "елка", 6],
    ["C#", "c#", 7],
    ["C++", "C++", 7],
    ["one letter", "b", 8],
    ["a picture", "🐈", 9],
    ["a flag", "🇨🇭", 10],
    ["letters without their accents", "creme brulee", 11],
    ["letters with them", "ZÜRICH", 11],
    ["a dotted capital", "istanbul", 12],
    ["a dotless letter in capitals", "ısparta", 12],
    ["a word with an apostrophe", "don't", 13],
    ["a word with a dot", "node.js", 13],
    ["a place on the web", "example.com", 13],
    ["a Korean word whose ending nobody types", "서울", 14],
    ["letters in wide form", "wide", 15],
    ["a ligature", "fine", 15],
    ["a sharp s", "strasse", 15],
  ])("%s: %s", async (_, q, index) => {
    expect(await captionsOf(q)).toEqual([written[index]]);
  });

  test("characters that do not stand side by side are not found as if they did", async () => {
    expect(await captionsOf("京北")).toEqual([]);
    expect(await captionsOf("北安")).toEqual([]);
    expect(await captionsOf("京都")).toEqual([written[1]]);
    expect(await captionsOf("京")).toHaveLength(3);
  });

  test("C alone is not C#, and c# is not C++", async () => {
    const id = await write("vitamin c");
    expect(await find("c#")).not.toContain(id);
    expect(await find("vitamin c")).toEqual([id]);
  });
});

test("a word is found in its other forms where the caption's language is known", async () => {
  const english = await write("we were running in the mountains with our dogs");
  const german = await write("die Häuser und der Berg, wir sind auf dem Weg");
  const russian = await write("фотографии гор");
  const unknown = await write("mountains qqforms");
  expect(await find("mountain runs")).toEqual([english]);
  expect(await find("haus berge")).toEqual([german]);
  expect(await find("фотография горы")).toEqual([russian]);
  expect(await find("mountain qqforms")).toEqual([]);
  expect(await find("mountains qqforms")).toEqual([unknown]);
});

describe("operators", () => {
  let quick: string;
  let slow: string;
  beforeAll(async () => {
    quick = await write("the quick opfox jumps #Opera");
    slow = await write("opfox that is quick, not slow", { by: reader });
  });

  test("words stand anywhere, phrases side by side", async () => {
    expect(await find("quick opfox")).toEqual([slow, quick]);
    expect(await find('"quick opfox"')).toEqual([quick]);
    expect(await find("“quick opfox”")).toEqual([quick]);
    expect(await find('"opfox quick"')).toEqual([]);
  });

  test("what is not wanted is left out", async () => {
    expect(await find("opfox -slow")).toEqual([quick]);
    expect(await find('opfox -"quick opfox"')).toEqual([slow]);
    expect(await find("opfox -#opera")).toEqual([slow]);
  });

  test("a tag, a person, days", async () => {
    expect(await find("#OPERA")).toEqual([quick]);
    expect(await find("opera opfox")).toEqual([quick]);
    expect(await find(`opfox from:${reader.handle}`)).toEqual([slow]);
    expect(await find(`opfox from:@${author.handle.toUpperCase()}`)).toEqual([quick]);
    expect(await find(`from:${reader.handle}`)).toEqual([slow]);
    expect(await find(`from:${reader.handle} -slow`)).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    expect(await find(`opfox since:${today} until:${today}`)).toEqual([slow, quick]);
    expect(await find("opfox until:2024-01-01")).toEqual([]);
    expect(await find(`opfox until:2024-01-01 until:${today}`)).toEqual([]);
    expect(await find(`opfox since:9000-01-01 since:${today}`)).toEqual([]);
    expect(await find("opfox since:2024-01-01 until:9999-12-31")).toEqual([slow, quick]);
    expect(await find("opfox since:1970-01-01")).toEqual([slow, quick]);
  });
});

test("search 2: a word in a followers-only post is to a stranger like one that nobody wrote", async () => {
  await write("qqhidden here", { visibility: "followers" });
  for (const viewer of [null, reader]) {
    const answers = ["qqhidden", "qqnobody"].map((q) => findPosts(deps, { viewerId: viewer?.id ?? null, q, limit: 5 }));
    expect(await answers[0]).toEqual(await answers[1]);
  }
});

test("search 3: authors find their own followers-only posts, and followers do", async () => {
  const id = await write("qqown words", { visibility: "followers" });
  const follower = await createPerson(deps);
  await follow(deps, { followerId: follower.id, followeeId: author.id });
  expect(await find("qqown", author)).toEqual([id]);
  expect(await find("qqown", follower)).toEqual([id]);
  expect(await find(`qqown from:${author.handle}`, follower)).toEqual([id]);
});

test("search 4: a post is found by the next call of anyone who may see it", async () => {
  for (const q of ["qqfirst", "qqsecond", "qqthird"]) {
    const id = await write(`${q} of all`);
    expect(await find(q, null)).toEqual([id]);
  }
});

test("search 5: an edit, a narrowing, a deletion show in the next call", async () => {
  const id = await write("qqbefore the edit");
  await updatePost(deps, { actorId: author.id, postId: id, caption: "qqafter the edit" });
  expect([await find("qqbefore"), await find("qqafter")]).toEqual([[], [id]]);
  await updatePost(deps, { actorId: author.id, postId: id, visibility: "followers" });
  expect([await find("qqafter"), await find("qqafter", null), await find("qqafter", author)]).toEqual([[], [], [id]]);
  await updatePost(deps, { actorId: author.id, postId: id, visibility: "public" });
  expect(await find("qqafter", null)).toEqual([id]);
  await deletePost(deps, { actorId: author.id, postId: id });
  expect([await find("qqafter"), await find("qqafter", author)]).toEqual([[], []]);
});

test("search 7: from: somebody unknown, blocked or hidden is empty like from: nobody", async () => {
  const [blocked, gone, hidden] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  for (const by of [blocked, gone, hidden]) await write("qqfrom here", { by });
  await block(deps, { blockerId: blocked.id, blockedId: reader.id });
  await suspend(deps, { userId: gone.id });
  await updateUser(deps, { actorId: hidden.id, isPrivate: true });
  for (const { handle } of [blocked, gone, hidden, { handle: "nobody.of.that.name" }, { handle: "x" }]) {
    expect(await findPosts(deps, { viewerId: reader.id, q: `from:${handle}`, limit: 5 })).toEqual({
      items: [],
      nextCursor: null,
    });
    expect(await find(`qqfrom from:${handle}`)).toEqual([]);
  }
});

describe("search 8: what is no query", () => {
  test.each([
    ["10,000 characters", "x".repeat(10_000)],
    ["NUL", "a\0b"],
    ["half of a character", "a\ud800"],
  ])("%s is refused at the edge", (_, q) => {
    expect(searchInput.safeParse({ q }).success).toBe(false);
  });

  test.each([
    ["nothing", ""],
    ["blanks", "  \u3000 "],
    ["operators only", "since:2026-01-01 -word"],
    ["signs only", '!!! --- ... "" - #'],
    ["a day that is none", "word since:2026-02-31"],
    ["two people", "word from:anna from:bert"],
    ["a word for a day", "word until:yesterday"],
    ["too many words", Array.from({ length: 40 }, (_, index) => `w${index}`).join(" ")],
  ])("%s is a field error", async (_, q) => {
    const refused = await findPosts(deps, { viewerId: null, q, limit: 5 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect((refused as AppError).fieldErrors).toHaveProperty("q");
  });

  test.each([
    'say "hi',
    "a:b & c | !d <-> (e) :* f'g \\h",
    "from:",
    "since: until:",
    "'; drop table posts; --",
    "\\",
    "%_*",
    "-",
    "#",
    "a-b -- c",
    "👨‍👩‍👧‍👦 ﷽ ﻿x",
    "q\u0316\u0316\u0316",
  ])("%s is plain words, or says what is wrong with it", async (q) => {
    const answer = await findPosts(deps, { viewerId: null, q, limit: 5 }).catch((error: unknown) => error);
    if (answer instanceof Error) expect((answer as AppError).code).toBe("input.invalid");
    else expect(answer).toMatchObject({ nextCursor: null });
  });
});

test("search 11: words that are everywhere are found like others", async () => {
  const id = await write("to be or not to be");
  expect(await find('"to be or not to be"')).toEqual([id]);
  expect(await find("or not to be")).toContain(id);
});

test("search 12: the results are the same whichever the size of a page", async () => {
  for (let made = 0; made < 23; made += 1)
    await write(`qqpage ${made}`, made % 4 === 0 ? { visibility: "followers" } : {});
  const whole = await find("qqpage");
  expect(whole).toHaveLength(17);
  expect(whole).toEqual(whole.toSorted().toReversed());
  for (const limit of [1, 3, 17]) {
    const walked: string[] = [];
    for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
      const page = await findPosts(deps, { viewerId: reader.id, q: "qqpage", limit, cursor });
      walked.push(...page.items.map((post) => post.id));
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(whole);
  }
  const { nextCursor } = await findPosts(deps, { viewerId: reader.id, q: "qqpage", limit: 1 });
  await expect(
    findPosts(deps, { viewerId: reader.id, q: "other", limit: 1, cursor: nextCursor }),
  ).rejects.toMatchObject({
    code: "cursor.invalid",
  });
});
