// Searches give the same answers whatever locale the database was made with.
import { createDb, readTextRules } from "@pixora/db";
import { expect, test } from "vitest";
import type { Deps } from "../platform/process/deps.ts";
import { createPost } from "../testing/content.ts";
import { locales, openDatabase, openLocale } from "../testing/locales.ts";
import { createPerson } from "../testing/people.ts";
import { findHashtags } from "./search.hashtags.ts";
import { findPeople } from "./search.people.ts";
import { findPosts } from "./search.posts.ts";

const captions = [
  "İstanbul ISPARTA ısı",
  "ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ",
  "МОСКВА ё #Ёлка",
  "Ärger in Öl, Straße #ÄRGER",
  "東京タワー",
  "i I ı İ",
];
const queries = [
  "istanbul",
  "ısparta",
  "σισυφος",
  "οδυσσευς",
  "москва",
  "#ёлка",
  "ol",
  "strasse",
  "#ärger",
  "京タ",
  "I",
  "i",
];

const names = ["ŁUKASZ Øster", "Иван ЁЛКИН", "山田有希", "İsmail Işık", "ÉMILIE Straße"];
const beginnings = ["lukasz", "oster", "ИВАН", "елк", "有希", "ISMAIL", "isik", "émi", "strasse", "lukazs", "иваан"];
const tagBeginnings = ["ЁЛ", "ärg", "#Ä"];

async function answersOf(deps: Deps): Promise<Record<string, unknown>> {
  const author = await createPerson(deps, { handle: "the.author" });
  for (const [index, displayName] of names.entries()) await createPerson(deps, { handle: `one.${index}`, displayName });
  for (const caption of captions) await createPost(deps, { authorId: author.id, caption });
  const answers: Record<string, unknown> = {};
  const stranger = { viewerId: null, limit: 20 };
  for (const q of queries) {
    answers[`posts ${q}`] = (await findPosts(deps, { ...stranger, q })).items.map((post) => post.caption);
  }
  for (const q of beginnings) {
    answers[`people ${q}`] = (await findPeople(deps, { ...stranger, q })).items.map((card) => card.displayName);
  }
  for (const q of tagBeginnings) {
    answers[`tags ${q}`] = (await findHashtags(deps, { ...stranger, q })).items.map(({ tag }) => tag);
  }
  return answers;
}

test("case, accents, pairs and spellings alike are the same in every locale", { timeout: 60_000 }, async () => {
  const answers = new Map<string, Record<string, unknown>>();
  for (const [name, how] of Object.entries(locales)) {
    const deps = await openLocale(how);
    if ("missing" in deps) {
      console.log(`this machine has no locale "${name}": ${deps.missing}`);
      continue;
    }
    answers.set(name, await answersOf(deps));
    await deps.close();
  }
  expect([...answers.keys()]).toEqual(expect.arrayContaining(["C", "C.UTF-8 of PostgreSQL", "Turkish of ICU"]));
  for (const [q, found] of Object.entries(answers.get("C") ?? {})) expect(found, q).not.toEqual([]);
  for (const found of answers.values()) expect(found).toEqual(answers.get("C"));
});

test("a database that is not in UTF-8 is refused in one line that says so", async () => {
  for (const encoding of ["SQL_ASCII", "LATIN1"]) {
    const database = await openDatabase(`encoding '${encoding}' ${locales.C}`);
    if ("missing" in database) throw new Error(database.missing);
    const db = createDb({ url: database.url });
    await expect(readTextRules(db)).rejects.toThrow(`the database keeps text in ${encoding}, not in UTF-8`);
    await db.close();
    await database.drop();
  }
});
