// Rules and writes of posts: create, edit, delete. Promises: ids of one author rise in commit order, the author's head
// and post count are exact, and every change stores its fact.
import { statement, type Tx } from "@pixora/db";
import { insertTagsSql, reviseTags } from "../hashtag/hashtag.rows.ts";
import { attachMedia, describeMedia, hasPictures } from "../media/media.attach.ts";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import { onceByKey } from "../platform/call/idempotency.ts";
import { ok } from "../platform/call/wire.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { parseHashtags } from "../platform/text/hashtag.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { resolveMentions } from "../user/user.mention.ts";
import { userIsLive } from "../visibility/user.visibility.ts";
import { requireOwnPost } from "./post.access.ts";
import { lockAuthorHead, raisePostRev, resetAuthorHead } from "./post.counter.ts";
import { pullDecisionSql } from "./post.pull.ts";
import type { CreatePostInput, PostView, PostVisibility, UpdatePostInput } from "./post.schema.ts";
import { presentPost } from "./post.view.ts";
import { putWordsSql, wordsOfPost } from "./post.words.ts";

/** What a post says: the part that an edit replaces. */
interface PostBody {
  caption: string;
  visibility: PostVisibility;
  /** Keys. */
  hashtags: string[];
  mentionIds: string[];
  /** What it is found by. */
  words: string;
}

/**
 * Publishes a post. The second time with the same `idempotencyKey` answers the first post as it is now.
 * Throws media.notReady, idempotency.reused, and post.notFound where that first post is gone.
 */
export async function createPost(
  deps: Pick<Deps, "db" | "wakeRelay" | "wakeRelaySoon" | "config" | "storage">,
  input: { actorId: string } & CreatePostInput,
): Promise<PostView> {
  const { actorId, idempotencyKey, ...said } = input;
  const made = await deps.db.inTransaction((tx) =>
    onceByKey(tx, {
      userId: actorId,
      procedure: "post.create",
      key: idempotencyKey,
      input: said,
      make: () =>
        publishPost(tx, {
          ...input,
          largeFrom: deps.config.LARGE_ACCOUNT_FOLLOWERS,
          isIndexed: deps.config.SEARCH_URL !== undefined,
        }),
    }),
  );
  const post = await presentPost(deps, { viewerId: actorId, postId: made.id });
  // Feeds may be five seconds late; who is mentioned waits.
  if (post.mentions.length > 0) deps.wakeRelay();
  else deps.wakeRelaySoon();
  return post;
}

// Raised above the author's last id, whatever the clock did: pages by id then never pass a post by.
const insertPostStatement = statement<{ id: string; isPullSwitched: boolean }>(
  "post.insertPost",
  `with pull as (
     ${pullDecisionSql({ authorId: "$1", threshold: "$7::int" })}
   ), post as (
     insert into posts (id, author_id, caption, visibility, hashtags, mention_ids, is_pulled, tagged_version, worded_version)
     select greatest(next_id(), coalesce((select max(id) from posts where author_id = $1), 0) + 1),
            author.id, $2, $3, $4::text[], $5::bigint[], pull.is_pulled, 1, 1
     from users author cross join pull where author.id = $1 and ${userIsLive("author")}
     returning id, author_id
   ), ${insertTagsSql({
     from: `select post.id, post.author_id, $3 = 'public' and not author.is_private as is_public
            from post join users author on author.id = post.author_id`,
     tags: "$4::text[]",
   })}, counts as (
     insert into post_counts (post_id) select id from post
   ), words as (
     insert into post_words (post_id, words) select id, $6::tsvector from post
   ), head as (
     update author_heads head
     set last_post_id = post.id, is_pulled = pull.is_pulled,
         last_pulled_id = case when pull.is_pulled then post.id else head.last_pulled_id end
     from post cross join pull where head.author_id = $1
   )
   select post.id, pull.is_pulled <> pull.was_pulled as "isPullSwitched" from post cross join pull`,
);

async function publishPost(
  tx: Tx,
  input: { actorId: string; largeFrom: number; isIndexed: boolean } & CreatePostInput,
): Promise<string> {
  const { actorId, media } = input;
  const body = await readBody(tx, { ...input, authorId: actorId });
  await moveUserCounts(tx, { userId: actorId, posts: 1 });
  await lockAuthorHead(tx, { userId: actorId });
  const post = await tx.maybe(insertPostStatement, [actorId, ...valuesOfBody(body), input.largeFrom]);
  // The account ended while the call was on its way.
  if (post === null) throw new AppError("auth.sessionRevoked");
  await attachMedia(tx, { ownerId: actorId, postId: post.id, media });
  // Most posts mention nobody, and cause no job for it.
  const fact = body.mentionIds.length > 0 ? "post.created" : "post.createdPlain";
  await insertFacts(tx, { facts: [{ fact, payload: { postId: post.id, authorId: actorId } }] });
  if (input.isIndexed) {
    await insertFacts(tx, {
      facts: [{ fact: "post.indexRequested", payload: { postId: post.id, authorId: actorId } }],
    });
  }
  // Followers' feeds have to learn that this account is pulled from now on, or no longer.
  if (post.isPullSwitched)
    await insertFacts(tx, { facts: [{ fact: "feed.pullSwitched", payload: { userId: actorId } }] });
  return post.id;
}

async function readBody(
  tx: Tx,
  input: { authorId: string; caption: string; visibility: PostVisibility },
): Promise<PostBody> {
  const { authorId, caption, visibility } = input;
  const mentionIds = await resolveMentions(tx, { authorId, text: caption });
  const hashtags = parseHashtags(caption).map((tag) => tag.key);
  return { caption, visibility, hashtags, mentionIds, words: wordsOfPost({ authorId, caption, visibility, hashtags }) };
}

function valuesOfBody(body: PostBody): unknown[] {
  return [body.caption, body.visibility, body.hashtags, body.mentionIds, body.words];
}

/**
 * Edits one's own post; absent keys stay as they are. The second time changes nothing, nor does an edit that says what
 * is said already. Throws post.notFound, post.forbidden (also for one that was removed), media.notFound, and input.invalid where nothing would be left.
 */
export async function updatePost(
  deps: Pick<Deps, "db" | "wakeRelay" | "storage">,
  input: { actorId: string } & UpdatePostInput,
): Promise<PostView> {
  const { actorId, postId } = input;
  await commitFacts(deps, async (tx) => {
    await requireOwnPost(tx, { actorId, postId });
    await editPost(tx, input);
  });
  return presentPost(deps, { viewerId: actorId, postId });
}

const lockBodyStatement = statement<{ caption: string; visibility: PostVisibility; isRemoved: boolean }>(
  "post.lockBody",
  `select caption, visibility, removed_by is not null as "isRemoved"
   from posts where id = $1 and deleted_at is null for no key update`,
);

const updateBodyStatement = statement<{ editedAt: Date }>(
  "post.updateBody",
  `with words as (${putWordsSql("select $1::bigint, $6::tsvector")})
   update posts set caption = $2, visibility = $3, hashtags = $4::text[], mention_ids = $5::bigint[],
                    edited_at = clock_timestamp(), version = version + 1,
                    tagged_version = version + 1, worded_version = version + 1
   where id = $1 returning edited_at as "editedAt"`,
);

async function editPost(tx: Tx, input: { actorId: string } & UpdatePostInput): Promise<void> {
  const { actorId, postId } = input;
  const before = await tx.maybe(lockBodyStatement, [postId]);
  if (before === null) throw new AppError("post.notFound");
  // What moderators took away stays as they saw it.
  if (before.isRemoved) throw new AppError("post.forbidden");
  const isDescribed = await describeMedia(tx, { postId, media: input.media ?? [] });
  const caption = input.caption === undefined ? before.caption : (input.caption ?? "");
  const visibility = input.visibility ?? before.visibility;
  if (caption === "" && !(await hasPictures(tx, { postId }))) {
    throw invalidInput({ caption: ["A post without pictures needs a caption"] });
  }
  if (caption === before.caption && visibility === before.visibility && !isDescribed) return;
  const body = await readBody(tx, { authorId: actorId, caption, visibility });
  const { editedAt } = await tx.one(updateBodyStatement, [postId, ...valuesOfBody(body)]);
  await reviseTags(tx, { postIds: [postId] });
  await recordEdit(tx, { postId, before, after: body, editedAt });
  await raisePostRev(tx, { postId });
  await insertFacts(tx, { facts: [{ fact: "post.updated", payload: { postId, authorId: actorId } }] });
}

const insertEditStatement = statement<never>(
  "post.insertEdit",
  `insert into post_edits (post_id, caption, edited_at) values ($1, $2, $3)`,
);

const deleteEditsStatement = statement<never>("post.deleteEdits", `delete from post_edits where post_id = $1`);

// What was written for followers is not shown to everybody: widening the visibility restarts the history.
async function recordEdit(
  tx: Tx,
  input: {
    postId: string;
    before: { caption: string; visibility: PostVisibility };
    after: { caption: string; visibility: PostVisibility };
    editedAt: Date;
  },
): Promise<void> {
  const { postId, before, after, editedAt } = input;
  if (before.visibility === "followers" && after.visibility === "public") await tx.run(deleteEditsStatement, [postId]);
  else if (before.caption !== after.caption) await tx.run(insertEditStatement, [postId, before.caption, editedAt]);
}

/**
 * Deletes one's own post: hidden at once, removed with all that hangs on it by a job. The second time changes nothing.
 * Throws post.forbidden for a post of others, post.notFound for one that the actor may not see.
 */
export async function deletePost(
  deps: Pick<Deps, "db" | "wakeRelay">,
  input: { actorId: string; postId: string },
): Promise<{ ok: true }> {
  await commitFacts(deps, async (tx) => {
    await requireOwnPost(tx, input);
    await hidePost(tx, input);
  });
  return ok;
}

const hidePostStatement = statement<{ isCounted: boolean }>(
  "post.hidePosts",
  `update posts set deleted_at = clock_timestamp() where id = $1 and author_id = $2 and deleted_at is null
   returning removed_by is null as "isCounted"`,
);

async function hidePost(tx: Tx, input: { actorId: string; postId: string }): Promise<void> {
  const { actorId, postId } = input;
  await lockPeople(tx, { ids: [actorId] });
  await lockAuthorHead(tx, { userId: actorId });
  const hidden = await tx.maybe(hidePostStatement, [postId, actorId]);
  if (hidden === null) return;
  await reviseTags(tx, { postIds: [postId] });
  await resetAuthorHead(tx, { userId: actorId });
  await moveUserCounts(tx, { userId: actorId, posts: hidden.isCounted ? -1 : 0 });
  await raisePostRev(tx, { postId });
  await insertFacts(tx, { facts: [{ fact: "post.deleted", payload: { postId, authorId: actorId } }] });
}
