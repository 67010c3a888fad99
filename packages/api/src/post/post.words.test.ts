// The words of posts that another release has written.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reviseTags } from "../hashtag/hashtag.rows.ts";
import { presentHashtag } from "../hashtag/hashtag.view.ts";
import { findPosts } from "../search/search.posts.ts";
import { createPerson, createPost, openTestDeps, type TestDeps } from "../testing/index.ts";
import { wordPosts } from "./post.words.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

// As the release before writes them: without a word of `worded_version`.
const insertOld = statement<{ id: string }>(
  "test.insertOldPosts",
  `with post as (
     insert into posts (id, author_id, caption, hashtags, tagged_version)
     select next_id(), $1, 'an old lake ' || n, '{water}', 1 from generate_series(1, $2::int) n returning id
   ), counts as (insert into post_counts (post_id) select id from post)
   select id from post`,
);
const editAsBefore = statement<never>(
  "test.editAsBefore",
  "update posts set caption = $2, version = version + 1, tagged_version = version + 1 where id = $1",
);
const countUnworded = statement<{ count: number }>(
  "test.countUnworded",
  "select count(*)::int as count from posts where worded_version <> version",
);

async function find(q: string): Promise<string[]> {
  return (await findPosts(deps, { viewerId: null, q, limit: 100 })).items.map((post) => post.id);
}

test("posts of the release before are found once the job has read them, in batches, each once", async () => {
  const author = await createPerson(deps);
  const old = await deps.db.sql.many(insertOld, [author.id, 1_203]);
  expect(await find("lake")).toEqual([]);
  await wordPosts(deps);
  expect(await deps.db.sql.one(countUnworded)).toEqual({ count: 0 });
  expect(await find('"old lake 1203" #water')).toEqual([old.at(-1)?.id]);
  expect(await presentHashtag(deps, { viewerId: null, tag: "water" })).toMatchObject({ postCount: 1_203 });
  await wordPosts(deps);
  expect(await presentHashtag(deps, { viewerId: null, tag: "water" })).toMatchObject({ postCount: 1_203 });
  expect(await find("lake 7")).toHaveLength(1);
});

test("an edit that a server of the release before makes is found after the next run, what it said before no more", async () => {
  const author = await createPerson(deps);
  const { id } = await createPost(deps, { authorId: author.id, caption: "the first saying" });
  await deps.db.sql.run(editAsBefore, [id, "another saying"]);
  await wordPosts(deps);
  expect([await find("first saying"), await find("another saying")]).toEqual([[], [id]]);
});

const editTags = statement<never>(
  "test.editTagsAsBefore",
  "update posts set hashtags = $2::text[], version = version + 1, tagged_version = version + 1 where id = $1",
);
const selectRows = statement<{ tag: string }>(
  "test.selectTagRows",
  "select tag from post_hashtags where post_id = $1 order by tag",
);

test("the job leaves the tags of a post alone that was edited since it read it, and is being edited again", async () => {
  const author = await createPerson(deps);
  const { id } = await createPost(deps, { authorId: author.id, caption: "edited twice" });
  await deps.db.sql.run(editTags, [id, ["first"]]);
  let endEdit = () => {};
  const isRead = new Promise<void>((resolve) => {
    endEdit = resolve;
  });
  let edit: Promise<void> | null = null;
  const editBeforeWords: TestDeps["db"]["inTransaction"] = async (work) => {
    await deps.db.sql.run(editTags, [id, ["second"]]);
    await new Promise<void>((resolve) => {
      edit = deps.db.inTransaction(async (tx) => {
        await tx.run(editTags, [id, ["third"]]);
        await reviseTags(tx, { postIds: [id] });
        resolve();
        await isRead;
      });
    });
    return deps.db.inTransaction(work);
  };
  await wordPosts({ db: { ...deps.db, inTransaction: editBeforeWords } });
  endEdit();
  await edit;
  expect(await deps.db.sql.many(selectRows, [id])).toEqual([{ tag: "third" }]);
});
