// The worlds of the access matrix: for each target an owner with a post, comments and likes, and around them one person
// for each way to stand to the owner. Made by the rooms' own functions, in the order in which life would.
import { hash } from "@node-rs/argon2";
import { statement } from "@pixora/db";
import { deleteAccount } from "../../auth/auth.deletion.ts";
import { issueTokens } from "../../auth/auth.refresh.ts";
import { startSession } from "../../auth/auth.session.ts";
import { createBlock } from "../../block/block.service.ts";
import { createBookmark } from "../../bookmark/bookmark.service.ts";
import { createComment, deleteComment } from "../../comment/comment.service.ts";
import { createFollow } from "../../follow/follow.service.ts";
import { likeComment, likePost } from "../../like/like.service.ts";
import { createMedia } from "../../media/media.service.ts";
import { createReport } from "../../moderation/moderation.report.ts";
import { createMute } from "../../mute/mute.service.ts";
import type { Deps } from "../../platform/deps.ts";
import { commitFacts } from "../../platform/outbox.ts";
import { createPost, deletePost, updatePost } from "../../post/post.service.ts";
import { updateUser } from "../../user/user.profile.ts";
import { setSuspended } from "../../user/user.service.ts";
import { createPerson } from "../people.ts";
import { tellNotifications } from "./notices.ts";
import { type TargetName, targets, type ViewerName, viewers } from "./rules.ts";

export interface MatrixPerson {
  id: string;
  handle: string;
  email: string;
  password: string;
  sessionId: string;
  accessToken: string;
  refreshToken: string;
  /** What they wrote under the owner's post while they could. */
  commentId: string;
}

/** Everyone with an account; `friend` is a third person whom the owner and the follower-like viewers follow. */
export type PersonName = Exclude<ViewerName, "anonymous"> | "friend";

/** A target with everything that calls may name. */
export interface World {
  target: TargetName;
  people: Record<PersonName, MatrixPerson>;
  /** The owner's: the post, a comment under it, and an answer to that by the friend. */
  postId: string;
  commentId: string;
  replyId: string;
  /** A public post of the friend, under it a comment of the owner, a thread of the friend and the owner's answer there. */
  awayPostId: string;
  awayCommentId: string;
  awayThreadId: string;
  awayReplyId: string;
  /** Of the post. */
  reportId: string;
  /** A picture that the owner has announced. */
  mediaId: string;
}

const personNames: PersonName[] = [...viewers.filter((name) => name !== "anonymous"), "friend"];
/** Who followed the owner before anything else happened. */
const earlyFollowers: PersonName[] = ["follower", "blocked", "blocker", "muted", "suspended", "deleted", "friend"];

const password = "seven quiet herons";
const picture = { purpose: "post", contentType: "image/jpeg", byteSize: 1_000 } as const;

const setPassword = statement<{ email: string }>(
  "matrix.setPassword",
  `update credentials set password_hash = $2 where user_id = $1 returning email`,
);

/** Makes a world for every target. */
export async function createWorlds(deps: Deps): Promise<World[]> {
  // As cheap as the algorithm allows: hundreds of cells check it, and how slowly is another test's matter.
  const passwordHash = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  const worlds = await Promise.all(targets.map((target) => createOpenWorld(deps, { target, passwordHash })));
  // Notifications are made while everyone sees everything: what they show later is the question.
  await tellNotifications(deps);
  await Promise.all(worlds.map((world) => takeStands(deps, world)));
  return worlds;
}

/** Everything is public, and everyone takes part. */
async function createOpenWorld(deps: Deps, input: { target: TargetName; passwordHash: string }): Promise<World> {
  const { target, passwordHash } = input;
  const entries = await Promise.all(
    personNames.map(async (name) => [name, await createMember(deps, { name, target, passwordHash })] as const),
  );
  const people = Object.fromEntries(entries) as World["people"];
  const { owner, friend } = people;
  for (const name of earlyFollowers) await createFollow(deps, { actorId: people[name].id, userId: owner.id });
  await createFollow(deps, { actorId: owner.id, userId: friend.id });
  const postId = await publish(deps, { authorId: owner.id });
  const awayPostId = await publish(deps, { authorId: friend.id });
  const comment = (actorId: string, text: string, on: { postId: string; parentId?: string }) =>
    createComment(deps, { actorId, text, ...on }).then((made) => made.id);
  const commentId = await comment(owner.id, "my own word", { postId });
  const replyId = await comment(friend.id, "and mine", { postId, parentId: commentId });
  const awayCommentId = await comment(owner.id, "a word elsewhere", { postId: awayPostId });
  const awayThreadId = await comment(friend.id, "a thread", { postId: awayPostId });
  const awayReplyId = await comment(owner.id, "an answer", { postId: awayPostId, parentId: awayThreadId });
  await likePost(deps, { actorId: owner.id, postId: awayPostId });
  await likeComment(deps, { actorId: owner.id, commentId: awayThreadId });
  await createReport(deps, { actorId: friend.id, target: { postId }, reason: "spam", note: "" });
  const reportId = await readReportId(deps, { postId });
  const { media } = await createMedia(deps, { actorId: owner.id, ...picture });
  for (const person of Object.values(people)) await takePart(deps, { person, owner, postId });
  const ids = { postId, commentId, replyId, awayPostId, awayCommentId, awayThreadId, awayReplyId, reportId };
  return { target, people, ...ids, mediaId: media.id };
}

async function createMember(
  deps: Deps,
  input: { name: PersonName; target: TargetName; passwordHash: string },
): Promise<MatrixPerson> {
  const { name, target, passwordHash } = input;
  const role = name === "moderator" ? "moderator" : "user";
  const person = await createPerson(deps, { handle: `${name}.${target.toLowerCase()}`, role });
  const { email } = await deps.db.sql.one(setPassword, [person.id, passwordHash]);
  const device = { deviceName: name, userAgent: "matrix", ip: "127.0.0.1" };
  const session = await startSession(deps.db.sql, { userId: person.id, device, now: deps.clock.now() });
  const { accessToken, refreshToken } = await issueTokens(deps, session);
  return { ...person, email, password, sessionId: session.id, accessToken, refreshToken, commentId: "1" };
}

/** A public post that has been edited once. */
async function publish(deps: Deps, input: { authorId: string }): Promise<string> {
  const { authorId: actorId } = input;
  const post = await createPost(deps, { actorId, caption: "as it was", media: [], visibility: "public" });
  await updatePost(deps, { actorId, postId: post.id, caption: "as it is", media: undefined });
  return post.id;
}

const selectReportId = statement<{ id: string }>("matrix.reportId", `select id from reports where post_id = $1`);

async function readReportId(deps: Deps, input: { postId: string }): Promise<string> {
  return (await deps.db.sql.one(selectReportId, [input.postId])).id;
}

/** A person likes, keeps and comments on the post, and hears from its owner. */
async function takePart(
  deps: Deps,
  input: { person: MatrixPerson; owner: MatrixPerson; postId: string },
): Promise<void> {
  const { person, owner, postId } = input;
  await likePost(deps, { actorId: person.id, postId });
  await createBookmark(deps, { actorId: person.id, postId });
  const comment = await createComment(deps, { actorId: person.id, postId, text: "I was here" });
  person.commentId = comment.id;
  await likeComment(deps, { actorId: owner.id, commentId: comment.id });
  await createComment(deps, { actorId: owner.id, postId, parentId: comment.id, text: "welcome" });
}

/** The viewers come to stand to the owner as they are named, and the target becomes what it is named. */
async function takeStands(deps: Deps, world: World): Promise<void> {
  const { people } = world;
  const { owner } = people;
  await createMute(deps, { actorId: people.muted.id, userId: owner.id });
  await createBlock(deps, { actorId: people.blocker.id, userId: owner.id });
  await createBlock(deps, { actorId: owner.id, userId: people.blocked.id });
  await becomeTarget(deps, world);
  if (world.target === "privateAccount") await createFollow(deps, { actorId: people.requested.id, userId: owner.id });
  await commitFacts(deps, (tx) => setSuspended(tx, { userId: people.suspended.id, isSuspended: true }));
  await deleteAccount(deps, { actorId: people.deleted.id, password });
}

async function becomeTarget(deps: Deps, world: World): Promise<void> {
  const actorId = world.people.owner.id;
  const { postId, awayCommentId } = world;
  switch (world.target) {
    case "public":
      return;
    case "followersOnly":
      await updatePost(deps, { actorId, postId, visibility: "followers", caption: undefined });
      return;
    case "privateAccount":
      await updateUser(deps, { actorId, isPrivate: true });
      return;
    case "deletedPost":
      await deleteComment(deps, { actorId, commentId: awayCommentId });
      await deletePost(deps, { actorId, postId });
      return;
    case "deletedAccount":
      await deleteAccount(deps, { actorId, password });
      return;
    case "suspendedAccount":
      await commitFacts(deps, (tx) => setSuspended(tx, { userId: actorId, isSuspended: true }));
      return;
  }
}
