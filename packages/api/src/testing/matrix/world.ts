// A world of the access matrix: an owner with a post, comments and likes, and around them one person for each way to
// stand to the owner. It begins with everything public and everyone taking part; targets.ts makes it what it is named.
import { hash } from "@node-rs/argon2";
import { statement } from "@pixora/db";
import { createBookmark } from "../../bookmark/bookmark.service.ts";
import { createGroup, removeMember } from "../../chat/chat.group.ts";
import { acceptConversation, leaveConversation } from "../../chat/chat.member.ts";
import { openConversation } from "../../chat/chat.open.ts";
import { sendInput } from "../../chat/chat.schema.ts";
import { sendMessage } from "../../chat/chat.send.ts";
import { createComment } from "../../comment/comment.service.ts";
import { createFollow } from "../../follow/follow.service.ts";
import { likeComment, likePost } from "../../like/like.service.ts";
import { createAppeal } from "../../moderation/moderation.appeal.ts";
import { decideCase } from "../../moderation/moderation.decide.ts";
import { createReport } from "../../moderation/moderation.report.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { createPost, updatePost } from "../../post/post.service.ts";
import { placesOf } from "../../session/session.device.ts";
import { issueTokens } from "../../session/session.refresh.ts";
import { startSession } from "../../session/session.service.ts";
import { createPerson } from "../people.ts";
import { uploadPicture } from "../pictures.ts";
import { type ViewerName, viewers } from "./rules.ts";

export interface MatrixPerson {
  id: string;
  handle: string;
  email: string;
  sessionId: string;
  accessToken: string;
  refreshToken: string;
  /** What they wrote under the owner's post while they could. */
  commentId: string;
  /** Their conversation with the owner, in which both have written; the owner's with the friend. */
  directId: string;
}

/** Everyone with an account; `friend` is a third person whom the owner follows, and who follows the owner. */
export type PersonName = Exclude<ViewerName, "anonymous"> | "friend";

/** Everything that calls may name. */
export interface World {
  /** Tells the names of its people from those of other worlds. */
  label: string;
  people: Record<PersonName, MatrixPerson>;
  /** The owner's post with its picture, the owner's comment under it, and an answer to that by the friend. */
  postId: string;
  mediaId: string;
  commentId: string;
  replyId: string;
  /** A public post of the friend, under it a comment of the owner, a thread of the friend and the owner's answer there. */
  awayPostId: string;
  awayCommentId: string;
  awayThreadId: string;
  awayReplyId: string;
  /** Of the post, by the friend. */
  reportId: string;
  /** About the moderator, by the friend. */
  staffReportId: string;
  /** The cases of these reports. */
  caseId: string;
  staffCaseId: string;
  /** Warnings of the owner, for comments elsewhere; against the second one the owner has appealed. */
  decisionId: string;
  appealedId: string;
  /** What was mailed to the owner, and what the owner asked for, while all was well: links that need no session. */
  groupId: string;
  /** The owner's message in it. */
  groupSeq: number;
  links: { resetToken: string; archivePath: string };
}

/** What the owner says, and where; each text stands nowhere else. */
export const words = {
  caption: "the lake as it is",
  earlierCaption: "the lake as it was",
  comment: "my own word",
  reply: "and a word to each of you",
  awayComment: "a word elsewhere",
  awayReply: "an answer elsewhere",
  message: "between the two of us",
  groupMessage: "to all of us",
  /** Said when the reader may see it no more. */
  later: "a later word",
} as const;

/** The tag of the post, which no other world has. */
export function tagOf(label: string): string {
  return `stillwater${label.toLowerCase().replace(/[^a-z0-9]/g, "")}`;
}

/** Everyone's. */
export const password = "seven quiet herons";

const personNames: PersonName[] = [...viewers.filter((name) => name !== "anonymous"), "friend"];
/** Who followed the owner before anything else happened. */
const earlyFollowers: PersonName[] = ["follower", "blocked", "blocker", "muted", "suspended", "deleted", "friend"];

/** Makes a world in which everything is public, and everyone takes part. */
export async function createWorld(deps: Deps, input: { label: string }): Promise<World> {
  const { label } = input;
  const people = await createPeople(deps, { label });
  const { owner, friend } = people;
  for (const name of earlyFollowers) await createFollow(deps, { actorId: people[name].id, userId: owner.id });
  await createFollow(deps, { actorId: owner.id, userId: friend.id });
  const home = await createHome(deps, { label, owner, friend });
  const staffReportId = await reportStaff(deps, { friend, staff: people.moderator });
  const away = await createAway(deps, { owner, friend });
  for (const person of Object.values(people)) await takePart(deps, { person, owner, postId: home.postId });
  for (const person of Object.values(people)) {
    if (person !== owner) person.directId = await talk(deps, { person, owner });
  }
  owner.directId = friend.directId;
  const group = await gather(deps, people);
  const decided = await decideAbout(deps, { label, owner, friend, commentIds: [away.awayCommentId, away.awayReplyId] });
  const staffCaseId = await caseOf(deps, staffReportId);
  const caseId = await caseOf(deps, home.reportId);
  const links = { resetToken: "none", archivePath: "/export/none" };
  return { label, people, staffReportId, staffCaseId, caseId, links, ...home, ...away, ...decided, ...group };
}

const selectCase = statement<{ caseId: string }>(
  "matrix.caseOf",
  `select case_id as "caseId" from reports where id = $1`,
);

async function caseOf(deps: Deps, reportId: string): Promise<string> {
  return (await deps.db.sql.one(selectCase, [reportId])).caseId;
}

const selectDecision = statement<{ id: string }>("matrix.decision", `select id from decisions where case_id = $1`);

async function decideAbout(
  deps: Deps,
  input: { label: string; owner: MatrixPerson; friend: MatrixPerson; commentIds: readonly [string, string] },
): Promise<Pick<World, "decisionId" | "appealedId">> {
  const { label, owner, friend, commentIds } = input;
  const warden = await createPerson(deps, { handle: `warden.${label.toLowerCase()}`, role: "moderator" });
  const warn = async (commentId: string) => {
    const target = { commentId };
    const { reportId } = await createReport(deps, { actorId: friend.id, target, reason: "rude", note: "" });
    const caseId = await caseOf(deps, reportId);
    const verdict = { action: "warn", rule: "3", text: "Be kind", note: "", until: null } as const;
    await decideCase(deps, { actorId: warden.id, caseId, ...verdict });
    return (await deps.db.sql.one(selectDecision, [caseId])).id;
  };
  const [decisionId, appealedId] = [await warn(commentIds[0]), await warn(commentIds[1])];
  await createAppeal(deps, { actorId: owner.id, decisionId: appealedId, text: "I was kind" });
  return { decisionId, appealedId };
}

async function createPeople(deps: Deps, input: { label: string }): Promise<World["people"]> {
  // As cheap as the algorithm allows: hundreds of cells check it, and how slowly is another test's matter.
  const passwordHash = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  const entries = await Promise.all(
    personNames.map(async (name) => [name, await createMember(deps, { ...input, name, passwordHash })] as const),
  );
  return Object.fromEntries(entries) as World["people"];
}

const setPassword = statement<{ email: string }>(
  "matrix.setPassword",
  `update credentials set password_hash = $2 where user_id = $1 returning email`,
);

async function createMember(
  deps: Deps,
  input: { label: string; name: PersonName; passwordHash: string },
): Promise<MatrixPerson> {
  const { label, name, passwordHash } = input;
  const role = name === "moderator" ? "moderator" : "user";
  const person = await createPerson(deps, { handle: `${name}.${label.toLowerCase()}`, role });
  const { email } = await deps.db.sql.one(setPassword, [person.id, passwordHash]);
  const device = { deviceName: name, userAgent: "matrix", ip: "127.0.0.1" };
  const session = await startSession(deps.db.sql, {
    userId: person.id,
    device,
    places: placesOf(deps, device),
    now: deps.clock.now(),
  });
  const { accessToken, refreshToken } = await issueTokens(deps, session);
  return { ...person, email, sessionId: session.id, accessToken, refreshToken, commentId: "1", directId: "1" };
}

type Place = Pick<World, "postId" | "mediaId" | "commentId" | "replyId" | "reportId">;
type Hosts = Pick<World["people"], "owner" | "friend">;

async function createHome(deps: Deps, { label, owner, friend }: Hosts & { label: string }): Promise<Place> {
  const media = await uploadPicture(deps, { ownerId: owner.id });
  const { id: postId } = await createPost(deps, {
    actorId: owner.id,
    caption: words.earlierCaption,
    media: [{ mediaId: media.id, alt: "a lake" }],
    visibility: "public",
  });
  await updatePost(deps, { actorId: owner.id, postId, caption: `${words.caption} #${tagOf(label)}` });
  const comment = await createComment(deps, { actorId: owner.id, postId, text: words.comment });
  const reply = await createComment(deps, { actorId: friend.id, postId, parentId: comment.id, text: "hear, hear" });
  await createReport(deps, { actorId: friend.id, target: { postId }, reason: "spam", note: "" });
  const reportId = (await deps.db.sql.one(selectReport, [postId])).id;
  return { postId, mediaId: media.id, commentId: comment.id, replyId: reply.id, reportId };
}

const selectReport = statement<{ id: string }>("matrix.report", `select id from reports where post_id = $1`);

const selectStaffReport = statement<{ id: string }>(
  "matrix.staffReport",
  `select id from reports where user_id = $1 and post_id is null`,
);

async function reportStaff(deps: Deps, input: { friend: MatrixPerson; staff: MatrixPerson }): Promise<string> {
  const { friend, staff } = input;
  await createReport(deps, { actorId: friend.id, target: { userId: staff.id }, reason: "rude", note: "" });
  return (await deps.db.sql.one(selectStaffReport, [staff.id])).id;
}

type Elsewhere = Pick<World, "awayPostId" | "awayCommentId" | "awayThreadId" | "awayReplyId">;

async function createAway(deps: Deps, { owner, friend }: Hosts): Promise<Elsewhere> {
  const post = await createPost(deps, { actorId: friend.id, caption: "a hill", media: [], visibility: "public" });
  const on = { postId: post.id };
  const comment = await createComment(deps, { actorId: owner.id, ...on, text: words.awayComment });
  const thread = await createComment(deps, { actorId: friend.id, ...on, text: "a thread" });
  const reply = await createComment(deps, { actorId: owner.id, ...on, parentId: thread.id, text: words.awayReply });
  await likePost(deps, { actorId: owner.id, ...on });
  await likeComment(deps, { actorId: owner.id, commentId: thread.id });
  return { awayPostId: post.id, awayCommentId: comment.id, awayThreadId: thread.id, awayReplyId: reply.id };
}

/**
 * The owner's group, in which everyone stands otherwise: a member (also who is blocked by the owner later), asked, gone,
 * put out; the rest were never in it.
 */
async function gather(deps: Deps, people: World["people"]): Promise<Pick<World, "groupId" | "groupSeq">> {
  const { owner, follower, requested, blocked, muted, blocker } = people;
  const others = [follower, requested, blocked, muted, blocker].map(({ id }) => id);
  const { id: conversationId } = await createGroup(deps, { actorId: owner.id, userIds: others, title: "by the lake" });
  for (const { id: actorId } of [follower, blocked, muted, blocker]) {
    await acceptConversation(deps, { actorId, conversationId });
  }
  await leaveConversation(deps, { actorId: muted.id, conversationId });
  await removeMember(deps, { actorId: owner.id, conversationId, userId: blocker.id });
  const said = sendInput.parse({ conversationId, text: words.groupMessage, idempotencyKey: "to-all" });
  const { seq } = await sendMessage(deps, { actorId: owner.id, sessionId: null, ...said });
  return { groupId: conversationId, groupSeq: seq };
}

/** A person and the owner write to each other. */
async function talk(deps: Deps, { person, owner }: { person: MatrixPerson; owner: MatrixPerson }): Promise<string> {
  const { id } = await openConversation(deps, { actorId: person.id, userId: owner.id });
  for (const { id: actorId } of [person, owner]) {
    const said = sendInput.parse({ conversationId: id, text: words.message, idempotencyKey: `key-${actorId}` });
    await sendMessage(deps, { actorId, sessionId: null, ...said });
  }
  return id;
}

/** A person likes, keeps and comments on the post, and hears from its owner. */
async function takePart(
  deps: Deps,
  input: { person: MatrixPerson; owner: MatrixPerson; postId: string },
): Promise<void> {
  const { person, owner, postId } = input;
  await likePost(deps, { actorId: person.id, postId });
  await createBookmark(deps, { actorId: person.id, sessionId: null, postId });
  const comment = await createComment(deps, { actorId: person.id, postId, text: "I was here" });
  person.commentId = comment.id;
  await likeComment(deps, { actorId: owner.id, commentId: comment.id });
  await createComment(deps, { actorId: owner.id, postId, parentId: comment.id, text: words.reply });
}
