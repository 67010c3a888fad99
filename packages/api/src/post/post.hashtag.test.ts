// Hashtags of posts that an older rule has read, while servers of the release before go on writing.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { refoldHashtags } from "./post.hashtag.ts";
import { createPostInput } from "./post.schema.ts";
import { createPost, updatePost } from "./post.service.ts";

let deps: TestDeps;
let ann: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  ann = await createPerson(deps);
});
afterAll(() => deps?.close());

// As the release before writes them: by its own rule, and without a word of `tagged_version`.
const insertAsBefore = statement<{ id: string }>(
  "test.insertAsBefore",
  `with post as (
     insert into posts (id, author_id, caption, hashtags)
     select next_id(), $1, $2, $3::text[] from generate_series(1, $4::int) returning id
   ), counts as (insert into post_counts (post_id) select id from post)
   select id from post order by id`,
);
const updateAsBefore = statement<never>(
  "test.updateAsBefore",
  "update posts set caption = $2, hashtags = $3::text[], version = version + 1 where id = $1",
);
const readTags = statement<{ hashtags: string[]; isFresh: boolean; isEdited: boolean }>(
  "test.readTags",
  `select hashtags, tagged_version = version as "isFresh", edited_at is not null as "isEdited" from posts where id = $1`,
);
const countOf = statement<{ count: number }>(
  "test.countOf",
  "select count(*)::int as count from posts where hashtags = $1::text[] and tagged_version = version",
);

test("posts of the release before are read by the present rule, in batches, each once, and are not thereby edited", async () => {
  const caption = "#col·legi in der #Straße, see https://a.example/,#part";
  const ids = await deps.db.sql.many(insertAsBefore, [ann.id, caption, ["col", "straße", "part"], 1_200]);
  await refoldHashtags(deps);
  expect(await deps.db.sql.one(countOf, [["col·legi", "strasse"]])).toEqual({ count: 1_200 });
  expect(await deps.db.sql.one(readTags, [ids[0]?.id])).toMatchObject({ isEdited: false });
});

test("an edit by a server of the release before is read again, one by this release is not", async () => {
  const post = await createPost(deps, { actorId: ann.id, ...createPostInput.parse({ caption: "#STRASSE" }) });
  expect(await deps.db.sql.one(readTags, [post.id])).toMatchObject({ hashtags: ["strasse"], isFresh: true });
  await deps.db.sql.run(updateAsBefore, [post.id, "#スター・ウォーズ", ["スター"]]);
  await refoldHashtags(deps);
  expect(await deps.db.sql.one(readTags, [post.id])).toMatchObject({ hashtags: ["スター・ウォーズ"] });
  await updatePost(deps, { actorId: ann.id, postId: post.id, caption: "#Ende" });
  expect(await deps.db.sql.one(readTags, [post.id])).toMatchObject({ hashtags: ["ende"], isFresh: true });
});

test("several workers and edits at once leave every post read by the present rule", async () => {
  const ids = await deps.db.sql.many(insertAsBefore, [ann.id, "#one", ["old"], 300]);
  const edits = ids.map(({ id }, index) =>
    index % 2 === 0
      ? updatePost(deps, { actorId: ann.id, postId: id, caption: "#Two" })
      : deps.db.sql.run(updateAsBefore, [id, "#three", ["old"]]),
  );
  await Promise.all([refoldHashtags(deps), refoldHashtags(deps), refoldHashtags(deps), ...edits]);
  await refoldHashtags(deps);
  for (const [index, { id }] of ids.entries()) {
    expect(await deps.db.sql.one(readTags, [id])).toMatchObject({
      hashtags: [index % 2 ? "three" : "two"],
      isFresh: true,
    });
  }
});

test("a post shows its tags as its author wrote them", async () => {
  const post = await createPost(deps, {
    actorId: ann.id,
    ...createPostInput.parse({ caption: "#STRASSE #straße #ＣＡＴ" }),
  });
  expect(post.hashtags).toEqual(["STRASSE", "ＣＡＴ"]);
});
