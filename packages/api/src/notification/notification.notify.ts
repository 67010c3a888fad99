// Makes notifications agree with what people did: likes, comments, mentions, follows. Called by jobs with lists of facts.
// Promises: a fact may come twice, late or beside its opposite: each cause is read again under the receiver's lock, one
// cause makes one notification, and facts are recorded done, or deleted, in the transaction of their effect.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { FactJobName, FactOf } from "@pixora/jobs";
import { type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople, hintPosts, type PostHint } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  causeOfText,
  type Draft,
  draftOfFollow,
  draftOfLike,
  draftsOfComment,
  draftsOfPost,
  mergeDrafts,
} from "./notification.draft.ts";
import { judgeDrafts } from "./notification.judge.ts";
import { countHintsOf, tellLikes } from "./notification.like.ts";
import { removeOfComments } from "./notification.remove.ts";
import { requestDeliveries } from "./notification.request.ts";
import { insertNotifications, readAnswered, removeByCause, retypeNotifications } from "./notification.write.ts";

type NotifyDeps = Pick<Deps, "db" | "pubsub" | "clock" | "wakeRelay">;

/** What a transaction did, to be made known after commit. */
interface Effect {
  removed: LivePosition[];
  made: () => LivePosition[];
  /** It stored facts. */
  hasFacts: () => boolean;
}

/** `isEdit`: what was told of the same causes may have to say something else. */
async function applyDrafts(
  deps: NotifyDeps,
  tx: Tx,
  drafts: readonly Draft[],
  { isEdit = false }: { isEdit?: boolean } = {},
): Promise<Effect> {
  const merged = mergeDrafts(drafts);
  if (merged.length === 0) return { removed: [], made: () => [], hasFacts: () => false };
  // Sent at once, and in this order: what is judged is judged under the lock.
  const [, { present, toMake, toRemove, toRemoveUnread }] = await Promise.all([
    lockLiveHeads(tx, { userIds: merged.map((draft) => draft.receiverId) }),
    judgeDrafts(tx, merged),
  ]);
  const removed = await removeByCause(tx, { onlyUnread: toRemoveUnread, evenRead: toRemove });
  const now = deps.clock.now();
  const retyped = isEdit ? await retypeNotifications(tx, { drafts: present, now }) : [];
  const hasFacts = requestDeliveries(tx, { drafts: toMake, now });
  const made = insertNotifications(tx, { drafts: toMake.filter((draft) => draft.wish.inApp), now });
  return { removed: [...removed, ...retyped], made, hasFacts };
}

/** Runs `work` in one transaction that also records the facts done; after commit it hints receivers and viewers. */
async function finishFacts(
  deps: NotifyDeps,
  input: { job: FactJobName; facts: readonly { id: string }[]; postHints?: readonly PostHint[] },
  work: (tx: Tx) => Promise<Effect>,
): Promise<void> {
  const { removed, made, hasFacts } = await deps.db.inTransaction(async (tx) => {
    const effect = await work(tx);
    recordDone(tx, { job: input.job, factIds: input.facts.map((fact) => fact.id) });
    return effect;
  });
  if (hasFacts()) deps.wakeRelay();
  hintPeople(deps, { positions: [...removed, ...made()] });
  hintPosts(deps, { hints: input.postHints ?? [] });
}

// Subjects are locked before anything is said of them: who deletes one waits until it is said, and then unsays it.
const lockPosts: Statement<{ id: string; authorId: string; mentionIds: string[] }> = statement(
  "notification.lockPosts",
  `select id, author_id as "authorId", mention_ids::text[] as "mentionIds"
   from posts where id = any ($1::bigint[]) and deleted_at is null order by id for share`,
);

const lockComments: Statement<{
  id: string;
  postId: string;
  authorId: string;
  answeredId: string | null;
  mentionIds: string[];
}> = statement(
  "notification.lockComments",
  `select id, post_id as "postId", author_id as "authorId", reply_to_author_id as "answeredId",
          mention_ids::text[] as "mentionIds"
   from comments where id = any ($1::bigint[]) and deleted_at is null order by id for share`,
);

/** LIKE and COMMENT_LIKE: made while the like stands, taken back unread when it ends. The second time changes nothing. */
export async function notifyLikes(
  deps: NotifyDeps,
  input: { facts: readonly FactOf<"notification.notifyLikes">[] },
): Promise<void> {
  const facts = await tellLikes(deps, input);
  if (facts.length === 0) return;
  const postHints = countHintsOf(facts);
  await finishFacts(deps, { job: "notification.notifyLikes", facts, postHints }, async (tx) => {
    const likes = facts.map((fact) => ({ ...fact.payload, isAsked: fact.fact === "like.created" }));
    return applyDrafts(deps, tx, await draftsOfLikes(tx, likes));
  });
}

type Like = FactOf<"notification.notifyLikes">["payload"] & { isAsked: boolean };

async function draftsOfLikes(tx: Tx, likes: readonly Like[]): Promise<Draft[]> {
  const postIds = likes.map((like) => like.postId);
  const commentIds = likes.flatMap((like) => like.commentId ?? []);
  const known = likes.flatMap(({ receiverId, ...like }) => (receiverId === undefined ? [] : [{ ...like, receiverId }]));
  if (known.length === likes.length) {
    // Whom they are told to is known: nothing is waited for but, by what comes behind, the locks.
    tx.later(lockPosts, [postIds]);
    if (commentIds.length > 0) tx.later(lockComments, [commentIds]);
    return known.map(draftOfLike);
  }
  const [posts, comments] = await Promise.all([tx.many(lockPosts, [postIds]), tx.many(lockComments, [commentIds])]);
  const authorOfPost = new Map(posts.map((post) => [post.id, post.authorId]));
  const authorOfComment = new Map(comments.map((comment) => [comment.id, comment.authorId]));
  return likes.flatMap((like) => {
    const receiverId = like.commentId === null ? authorOfPost.get(like.postId) : authorOfComment.get(like.commentId);
    return receiverId === undefined ? [] : [draftOfLike({ ...like, receiverId })];
  });
}

/**
 * COMMENT, REPLY and MENTION, as the comment names people by now; a deleted one takes all that speaks of it away. The
 * second time changes nothing.
 */
export async function notifyComments(
  deps: NotifyDeps,
  input: { facts: readonly FactOf<"notification.notifyComments">[] },
): Promise<void> {
  const { facts } = input;
  const postHints = facts.map(({ fact, payload }): PostHint => ({ ...payload, change: fact }));
  await finishFacts(deps, { job: "notification.notifyComments", facts, postHints }, async (tx) => {
    const ids = [...new Set(facts.map((fact) => fact.payload.commentId))];
    const [posts, comments] = await Promise.all([
      tx.many(lockPosts, [facts.map((fact) => fact.payload.postId)]),
      tx.many(lockComments, [ids]),
    ]);
    const authorOfPost = new Map(posts.map((post) => [post.id, post.authorId]));
    const living = new Set(comments.map((comment) => comment.id));
    const named = comments.flatMap((comment) => {
      const postAuthorId = authorOfPost.get(comment.postId);
      return postAuthorId === undefined ? [] : draftsOfComment({ ...comment, commentId: comment.id, postAuthorId });
    });
    const editedIds = new Set(
      facts.flatMap(({ fact, payload }) => (fact === "comment.updated" ? payload.commentId : [])),
    );
    const edited = comments.filter((comment) => editedIds.has(comment.id));
    const unnamed = await draftsOfUnnamed(tx, {
      named,
      edited: edited.map(({ id: commentId, postId, authorId }) => ({ commentId, postId, authorId })),
    });
    const drafts = [...named, ...unnamed];
    const removed = await removeOfComments(tx, {
      commentIds: ids.filter((id) => !living.has(id)),
      alsoLock: drafts.map((draft) => draft.receiverId),
    });
    const effect = await applyDrafts(deps, tx, drafts, { isEdit: edited.length > 0 });
    return { ...effect, removed: [...removed, ...effect.removed] };
  });
}

const selectTold: Statement<{ receiverId: string; subjectId: string }> = statement(
  "notification.selectTold",
  `select n."receiverId", coalesce(n."commentId", n."postId") as "subjectId"
   from unnest($1::bigint[], $2::text[]) as text (id, cause_key)
   join notifications n on n."causeKey" = text.cause_key
     and n.id in (select id from notifications where "postId" = text.id or "commentId" = text.id)`,
);

interface EditedText {
  postId: string;
  commentId: string | null;
  authorId: string;
}

/** Of edited texts: drafts, which nothing asks for, of those who were told and are not among the `named` any more. */
async function draftsOfUnnamed(
  tx: Tx,
  input: { named: readonly Draft[]; edited: readonly EditedText[] },
): Promise<Draft[]> {
  const { named, edited } = input;
  if (edited.length === 0) return [];
  const texts = new Map(edited.map((text) => [text.commentId ?? text.postId, text]));
  const told = await tx.many(selectTold, [[...texts.keys()], [...texts.values()].map(causeOfText)]);
  const known = new Set(named.map((draft) => `${draft.receiverId} ${draft.causeKey}`));
  return told.flatMap(({ receiverId, subjectId }): Draft[] => {
    const text = texts.get(subjectId);
    if (text === undefined || known.has(`${receiverId} ${causeOfText(text)}`)) return [];
    const { postId, commentId, authorId: actorId } = text;
    return [{ type: "MENTION", receiverId, actorId, postId, commentId, causeKey: causeOfText(text), isAsked: false }];
  });
}

/** MENTION in captions, as they name people by now. The second time changes nothing. */
export async function notifyMentions(
  deps: NotifyDeps,
  input: { facts: readonly FactOf<"notification.notifyMentions">[] },
): Promise<void> {
  const { facts } = input;
  await finishFacts(deps, { job: "notification.notifyMentions", facts }, async (tx) => {
    const posts = await tx.many(lockPosts, [facts.map((fact) => fact.payload.postId)]);
    const editedIds = new Set(facts.flatMap(({ fact, payload }) => (fact === "post.updated" ? payload.postId : [])));
    const edited = posts.filter((post) => editedIds.has(post.id));
    const named = posts.flatMap((post) => draftsOfPost({ ...post, postId: post.id }));
    const unnamed = await draftsOfUnnamed(tx, {
      named,
      edited: edited.map(({ id: postId, authorId }) => ({ postId, commentId: null, authorId })),
    });
    return applyDrafts(deps, tx, [...named, ...unnamed]);
  });
}

/** FOLLOW, FOLLOW_REQUEST and FOLLOW_ACCEPTED; a request that was accepted counts as read. The second time changes nothing. */
export async function notifyFollows(
  deps: NotifyDeps,
  input: { facts: readonly FactOf<"notification.notifyFollows">[] },
): Promise<void> {
  const { facts } = input;
  const accepted = facts.filter((fact) => fact.fact === "follow.accepted");
  await finishFacts(deps, { job: "notification.notifyFollows", facts }, async (tx) => {
    const drafts = facts.flatMap(draftsOfFollowFact);
    const askedIds = accepted.map(({ payload }) => payload.actorId);
    await lockLiveHeads(tx, { userIds: [...askedIds, ...drafts.map((draft) => draft.receiverId)] });
    const effect = await applyDrafts(deps, tx, drafts);
    const answered = await readAnswered(tx, { answered: accepted.map(({ payload }) => requestOf(payload)) });
    return { ...effect, removed: [...effect.removed, ...answered] };
  });
}

/** What told the one who accepts that the other asks. */
function requestOf({ actorId, targetId }: { actorId: string; targetId: string }): Draft {
  return draftOfFollow({ type: "FOLLOW_REQUEST", actorId: targetId, receiverId: actorId, isAsked: true });
}

function draftsOfFollowFact(fact: FactOf<"notification.notifyFollows">): Draft[] {
  const { actorId, targetId } = fact.payload;
  switch (fact.fact) {
    case "follow.created":
      return [draftOfFollow({ type: "FOLLOW", actorId, receiverId: targetId, isAsked: true })];
    case "follow.requested":
      return [draftOfFollow({ type: "FOLLOW_REQUEST", actorId, receiverId: targetId, isAsked: true })];
    case "follow.accepted":
      return [draftOfFollow({ type: "FOLLOW_ACCEPTED", actorId, receiverId: targetId, isAsked: true })];
    case "follow.requestDeleted":
      return [draftOfFollow({ type: "FOLLOW_REQUEST", actorId, receiverId: targetId, isAsked: false })];
    case "follow.deleted":
      return [
        draftOfFollow({ type: "FOLLOW", actorId, receiverId: targetId, isAsked: false }),
        draftOfFollow({ type: "FOLLOW_REQUEST", actorId, receiverId: targetId, isAsked: false }),
        draftOfFollow({ type: "FOLLOW_ACCEPTED", actorId: targetId, receiverId: actorId, isAsked: false }),
      ];
  }
}
