// Moderation with appeals, case by case: what products in use got wrong must go right here.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { presentComment, presentComments } from "../comment/comment.view.ts";
import type { DecisionAction } from "../decision/decision.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { presentPost, presentPosts } from "../post/post.view.ts";
import { createPerson, markPersonDeleted, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { uploadPicture } from "../testing/pictures.ts";
import { workOff } from "../testing/work-off.ts";
import { setRole } from "../user/user.service.ts";
import { createAppeal, resolveAppeal } from "./moderation.appeal.ts";
import { decideCase } from "./moderation.decide.ts";
import { purgeEvidence } from "./moderation.evidence.ts";
import { listLog, listOwnDecisions } from "./moderation.log.ts";
import { listCases, presentCase } from "./moderation.queue.ts";
import { createReport, listMyReports } from "./moderation.report.ts";
import { endDecisions, reverseDecision } from "./moderation.reverse.ts";
import type { ReportTargetInput } from "./moderation.schema.ts";
import { unsuspendUser } from "./moderation.service.ts";
import { takeCase } from "./moderation.take.ts";

let deps: TestDeps;
let moderator: TestPerson;
let colleague: TestPerson;
let admin: TestPerson;
let person: TestPerson;
let reporter: TestPerson;
let nowMs = Date.now();
const dayMs = 86_400_000;

beforeAll(async () => {
  deps = await openTestDeps();
  Object.assign(deps, { clock: { now: () => new Date(nowMs) } });
  moderator = await createPerson(deps, { role: "moderator" });
  colleague = await createPerson(deps, { role: "moderator" });
  admin = await createPerson(deps, { role: "admin" });
});
afterAll(() => deps.close());
beforeEach(async () => {
  nowMs = Date.now();
  [person, reporter] = [await createPerson(deps), await createPerson(deps)];
});

const publish = async (by: TestPerson = person) =>
  (await createPost(deps, { actorId: by.id, caption: "a lake", media: [], visibility: "public" })).id;

const selectCase = statement<{ caseId: string }>(
  "test.caseOf",
  `select case_id as "caseId" from reports where id = $1`,
);

async function report(target: ReportTargetInput, by: TestPerson = reporter): Promise<string> {
  const { reportId } = await createReport(deps, { actorId: by.id, target, reason: "spam", note: "look" });
  return (await deps.db.sql.one(selectCase, [reportId])).caseId;
}

async function decide(
  caseId: string,
  action: DecisionAction,
  input: { by?: TestPerson; until?: Date; text?: string } = {},
): Promise<string> {
  const { by = moderator, until = null, text = "This is why" } = input;
  await decideCase(deps, { actorId: by.id, caseId, action, rule: "1", text, note: "", until });
  return (await presentCase(deps, { viewerId: by.id, caseId })).decisions.at(-1)?.id ?? "";
}

const own = async (of: TestPerson = person) => (await listOwnDecisions(deps, { viewerId: of.id, limit: 20 })).items;
const appeal = (decisionId: string, text = "I was right") =>
  createAppeal(deps, { actorId: person.id, decisionId, text });
const answer = (decisionId: string, outcome: "upheld" | "overturned", by: TestPerson = colleague) =>
  resolveAppeal(deps, { actorId: by.id, decisionId, outcome, reply: "We looked again" });
const isSeen = async (postId: string) => (await presentPosts(deps, { viewerId: null, ids: [postId] })).length === 1;
const isRefused = (code: string) => expect.objectContaining({ code });

/** Makes people who reported so many cases that led to something, from so long ago. */
const age = statement<never>(
  "test.age",
  `update users set created_at = now() - make_interval(days => $2) where id = $1`,
);
async function createReporter(input: { ageDays: number; acted?: number }): Promise<TestPerson> {
  const made = await createPerson(deps);
  await deps.db.sql.run(age, [made.id, input.ageDays]);
  for (let n = 0; n < (input.acted ?? 0); n += 1) {
    const bad = await createPerson(deps);
    await decide(await report({ userId: bad.id }, made), "warn");
  }
  return made;
}

test("1: the answer to a deed is the state after it", async () => {
  const postId = await publish();
  const caseId = await report({ postId });
  const decisionId = await decide(caseId, "remove");
  const after = await presentCase(deps, { viewerId: moderator.id, caseId });
  expect(after).toMatchObject({ state: "closed", outcome: "acted", lease: null, decisions: [{ id: decisionId }] });
  expect(await isSeen(postId)).toBe(false);
});

test("2: a case whose post is gone is read and closed like any other", async () => {
  const postId = await publish();
  const caseId = await report({ postId });
  await deletePost(deps, { actorId: person.id, postId });
  await workOff(deps);
  expect(await presentCase(deps, { viewerId: moderator.id, caseId })).toMatchObject({ evidence: [{ text: "a lake" }] });
  await decide(caseId, "remove");
  expect(await presentCase(deps, { viewerId: moderator.id, caseId })).toMatchObject({ state: "closed" });
});

test("3: an appeal is read with what was decided about, and overturning brings back all that the decision took", async () => {
  const media = await uploadPicture(deps, { ownerId: person.id });
  const post = await createPost(deps, {
    actorId: person.id,
    caption: "a lake",
    media: [{ mediaId: media.id, alt: "a lake" }],
    visibility: "public",
  });
  const comment = await createComment(deps, { actorId: reporter.id, postId: post.id, text: "lovely" });
  const caseId = await report({ postId: post.id });
  const decisionId = await decide(caseId, "remove");
  await workOff(deps);
  await appeal(decisionId);
  const { items } = await listCases(deps, { viewerId: colleague.id, state: "open", limit: 100 });
  const waiting = items.find((found) => found.decisionId === decisionId);
  const detail = await presentCase(deps, { viewerId: colleague.id, caseId: waiting?.id ?? "" });
  expect(detail.evidence.map(({ text, pictures }) => [text, pictures.length])).toEqual([
    ["a lake", 1],
    ["a lake", 1],
  ]);
  await answer(decisionId, "overturned");
  expect(await presentPost(deps, { viewerId: reporter.id, postId: post.id })).toMatchObject({
    commentCount: 1,
    media: [{ id: media.id }],
  });
  expect(await presentComments(deps, { viewerId: null, ids: [comment.id] })).toHaveLength(1);
});

test("4: what its author deleted is neither shown nor brought back by what moderators do", async () => {
  const postId = await publish();
  const comment = await createComment(deps, { actorId: person.id, postId, text: "a rude word" });
  const caseId = await report({ commentId: comment.id });
  await createComment(deps, { actorId: reporter.id, postId, parentId: comment.id, text: "well" });
  await deleteComment(deps, { actorId: person.id, commentId: comment.id });
  const decisionId = await decide(caseId, "remove");
  await reverseDecision(deps, { actorId: moderator.id, decisionId, text: "a mistake" });
  for (const viewerId of [null, person.id]) {
    expect(await presentComment(deps, { viewerId, commentId: comment.id })).toMatchObject({ text: null, author: null });
  }
});

test("5: each thing that is removed has an entry of its own, and the entry names it", async () => {
  const posts = [await publish(), await publish(), await publish()];
  for (const postId of posts) await decide(await report({ postId }), "remove");
  expect((await own()).map(({ subject }) => subject)).toEqual(posts.toReversed().map((postId) => ({ postId })));
});

test("6: a decision is appealed against once, and a reply ends it", async () => {
  const decisionId = await decide(await report({ userId: person.id }), "warn");
  expect(await appeal(decisionId)).toMatchObject({ appeal: { state: "open" }, canAppealUntil: null });
  await expect(appeal(decisionId)).resolves.toMatchObject({ appeal: { state: "open" } });
  await expect(appeal(decisionId, "and another thing")).rejects.toEqual(isRefused("moderation.appealed"));
  await answer(decisionId, "upheld");
  expect(await own()).toMatchObject([{ appeal: { state: "upheld", reply: "We looked again" }, reversedAt: null }]);
  await expect(appeal(decisionId, "once more")).rejects.toEqual(isRefused("moderation.appealed"));
  await expect(answer(decisionId, "overturned")).rejects.toEqual(isRefused("moderation.closed"));
  const late = await decide(await report({ userId: person.id }), "warn");
  nowMs += 200 * dayMs;
  expect((await own())[0]).toMatchObject({ id: late, canAppealUntil: null });
  await expect(appeal(late)).rejects.toEqual(isRefused("moderation.final"));
});

test("7: appeals are cases in the queue, and the decision and its appeal are mailed and told live", async () => {
  const decisionId = await decide(await report({ userId: person.id }), "warn", { text: "Be kind" });
  await workOff(deps);
  await appeal(decisionId);
  const { items } = await listCases(deps, { viewerId: colleague.id, state: "open", limit: 100 });
  expect(items.find((found) => found.decisionId === decisionId)).toMatchObject({ kind: "appeal" });
  await answer(decisionId, "overturned");
  await workOff(deps);
  const mails = deps.mails.filter((mail) => mail.to === `${person.handle}@test.example`);
  expect(mails.map((mail) => mail.subject)).toEqual([
    "A decision of the Pixora moderators",
    "Your appeal was answered",
  ]);
  expect(mails[0]?.text).toContain('"Be kind"');
  expect(await deps.db.sql.many(selectLog, [person.id])).toEqual([
    { type: "moderation.decided" },
    { type: "appeal.decided" },
  ]);
});
const selectLog = statement<{ type: string }>("test.log", `select type from live_log where user_id = $1 order by seq`);

test("8: strikes are what did something, was not taken back and is less than a year old", async () => {
  const strikes = async (caseId: string) => (await presentCase(deps, { viewerId: moderator.id, caseId })).strikeCount;
  const dismissed = await report({ userId: person.id });
  await decide(dismissed, "dismiss");
  expect(await strikes(dismissed)).toBe(0);
  const decisionId = await decide(await report({ userId: person.id }), "warn");
  expect(await strikes(dismissed)).toBe(1);
  await reverseDecision(deps, { actorId: moderator.id, decisionId, text: "a mistake" });
  expect(await strikes(dismissed)).toBe(0);
});

test("9: a suspended account stays whole until its owner deletes it, and comes back whole", async () => {
  const postId = await publish();
  const decisionId = await decide(await report({ userId: person.id }), "suspend");
  expect(await isSeen(postId)).toBe(false);
  nowMs += 400 * dayMs;
  await endDecisions(deps);
  await purgeEvidence(deps);
  await workOff(deps);
  await reverseDecision(deps, { actorId: moderator.id, decisionId, text: "a mistake" });
  expect(await isSeen(postId)).toBe(true);
});

test("9b: a suspension for a time ends by itself, and another one that stands keeps the account suspended", async () => {
  const postId = await publish();
  const caseId = await report({ userId: person.id });
  await decide(caseId, "suspend", { until: new Date(nowMs + dayMs) });
  await takeCase(deps, { actorId: moderator.id, caseId });
  await decide(caseId, "suspend", { until: new Date(nowMs + 3 * dayMs) });
  nowMs += 2 * dayMs;
  await endDecisions(deps);
  expect(await isSeen(postId)).toBe(false);
  nowMs += 2 * dayMs;
  await endDecisions(deps);
  expect(await isSeen(postId)).toBe(true);
  expect((await own()).every(({ reversedAt }) => reversedAt !== null)).toBe(true);
});

const selectHold = statement<{ isHeld: boolean }>(
  "test.isHeld",
  `select held_by is not null as "isHeld" from posts where id = $1`,
);
const isHeld = async (postId: string) => (await deps.db.sql.one(selectHold, [postId])).isHeld;

test("10: fifty newcomers hold nothing, three proven reporters do, and what was cleared is held again only once it is edited", async () => {
  const postId = await publish();
  for (let n = 0; n < 50; n += 1) await report({ postId }, await createReporter({ ageDays: 1 }));
  expect(await isHeld(postId)).toBe(false);
  const proven = [];
  for (let n = 0; n < 3; n += 1) proven.push(await createReporter({ ageDays: 90, acted: 3 }));
  let caseId = "";
  for (const one of proven) caseId = await report({ postId }, one);
  expect(await isHeld(postId)).toBe(true);
  expect(await isSeen(postId)).toBe(true);
  const before = await presentCase(deps, { viewerId: moderator.id, caseId });
  expect(before).toMatchObject({ isHeld: true, reporterCount: 53 });

  await decide(caseId, "dismiss");
  expect(await isHeld(postId)).toBe(false);
  // One wrong report each does not yet cost them their name.
  for (const one of proven) await report({ postId }, one);
  expect(await isHeld(postId)).toBe(false);
  await updatePost(deps, { actorId: person.id, postId, caption: "another lake" });
  const again = [...proven, await createReporter({ ageDays: 90, acted: 3 })];
  for (const one of again) await report({ postId }, one);
  expect(await isHeld(postId)).toBe(true);
});

test("11: the author sees in the post itself what was done to it, and why", async () => {
  const postId = await publish();
  const seen = async () => (await presentPost(deps, { viewerId: person.id, postId })).viewer?.moderation;
  expect(await seen()).toBeNull();
  for (let n = 0; n < 5; n += 1) await report({ postId }, await createReporter({ ageDays: 90 }));
  expect(await seen()).toEqual({ state: "underReview", decisionId: null, rule: null, text: null });
  const caseId = await report({ postId });
  const limitedBy = await decide(caseId, "limitDiscovery");
  expect(await seen()).toEqual({ state: "limited", decisionId: limitedBy, rule: "1", text: "This is why" });
  await takeCase(deps, { actorId: moderator.id, caseId });
  const removedBy = await decide(caseId, "remove");
  expect(await seen()).toEqual({ state: "removed", decisionId: removedBy, rule: "1", text: "This is why" });
});

test("12: every decision can be reversed, a dismissal too, and the history stays", async () => {
  const postId = await publish();
  const caseId = await report({ postId });
  const dismissedBy = await decide(caseId, "dismiss");
  await reverseDecision(deps, { actorId: moderator.id, decisionId: dismissedBy, text: "I was wrong" });
  expect(await presentCase(deps, { viewerId: moderator.id, caseId })).toMatchObject({ state: "open", outcome: null });
  const removedBy = await decide(caseId, "remove");
  for (let n = 0; n < 2; n += 1) {
    await reverseDecision(deps, { actorId: colleague.id, decisionId: removedBy, text: "wrong again" });
  }
  const { decisions } = await presentCase(deps, { viewerId: moderator.id, caseId });
  expect(decisions.map(({ action, reversesId }) => [action, reversesId])).toEqual([
    ["dismiss", null],
    ["reverse", dismissedBy],
    ["remove", null],
    ["reverse", removedBy],
  ]);
  expect(await isSeen(postId)).toBe(true);
  const change = deps.db.sql.run(rewrite, [removedBy]);
  await expect(change).rejects.toThrow(/appended, never changed/);
});
const rewrite = statement<never>("test.rewrite", `update decisions set text = 'nothing happened' where id = $1`);

test("13: nobody decides about themselves or their equals, a block keeps no moderator off, and whoever is demoted decides no more", async () => {
  const aboutModerator = await report({ userId: moderator.id });
  await expect(decide(aboutModerator, "dismiss")).rejects.toEqual(isRefused("moderation.notFound"));
  await expect(decide(aboutModerator, "dismiss", { by: colleague })).rejects.toEqual(isRefused("moderation.forbidden"));
  await expect(decide(aboutModerator, "dismiss", { by: admin })).resolves.toBeTypeOf("string");

  const postId = await publish();
  await createBlock(deps, { actorId: person.id, userId: moderator.id });
  const caseId = await report({ postId });
  const demoted = await createPerson(deps, { role: "moderator" });
  expect(await takeCase(deps, { actorId: demoted.id, caseId })).toBe(caseId);
  await setRole(deps, { handle: demoted.handle, role: "user" });
  await expect(decide(caseId, "remove", { by: demoted })).rejects.toEqual(isRefused("moderation.forbidden"));
  // The lease went with the role.
  const decisionId = await decide(caseId, "remove");
  await appeal(decisionId);
  await expect(answer(decisionId, "overturned", moderator)).rejects.toEqual(isRefused("moderation.forbidden"));
  await answer(decisionId, "overturned", colleague);
  expect(await isSeen(postId)).toBe(true);
});

test("14: two moderators never hold one case, and the second decision is refused", async () => {
  const caseId = await report({ postId: await publish() });
  await takeCase(deps, { actorId: moderator.id, caseId });
  await expect(takeCase(deps, { actorId: colleague.id, caseId })).rejects.toEqual(isRefused("moderation.taken"));
  await expect(decide(caseId, "remove", { by: colleague })).rejects.toEqual(isRefused("moderation.taken"));
  nowMs += 16 * 60_000;
  await takeCase(deps, { actorId: colleague.id, caseId });
  await decide(caseId, "dismiss", { by: colleague });
  await expect(decide(caseId, "remove")).rejects.toEqual(isRefused("moderation.closed"));
  // A lost answer asked for again is no second decision.
  await decide(caseId, "dismiss", { by: colleague });
  expect((await presentCase(deps, { viewerId: moderator.id, caseId })).decisions).toHaveLength(1);
});

const countEvidence = statement<{ count: number }>(
  "test.countEvidence",
  `select count(*)::int as count from evidence where case_id = $1`,
);

test("15: a case goes on when its person blocks the reporter or is gone, and its evidence goes 90 days after its end", async () => {
  const media = await uploadPicture(deps, { ownerId: person.id });
  const post = await createPost(deps, {
    actorId: person.id,
    caption: "a lake",
    media: [{ mediaId: media.id, alt: "" }],
    visibility: "public",
  });
  const caseId = await report({ postId: post.id });
  await createBlock(deps, { actorId: person.id, userId: reporter.id });
  await markPersonDeleted(deps, { userId: person.id });
  await workOff(deps);
  const detail = await presentCase(deps, { viewerId: moderator.id, caseId });
  expect(detail).toMatchObject({
    state: "open",
    user: null,
    evidence: [{ text: "a lake", pictures: [{ id: media.id }] }],
  });
  await decide(caseId, "remove");
  const countMedia = () => deps.db.prisma.media.count({ where: { id: BigInt(media.id) } });
  const left = async () => [(await deps.db.sql.one(countEvidence, [caseId])).count, await countMedia()];
  nowMs += 89 * dayMs;
  await purgeEvidence(deps);
  await workOff(deps);
  expect(await left()).toEqual([1, 1]);
  nowMs += 2 * dayMs;
  await purgeEvidence(deps);
  await workOff(deps);
  expect(await left()).toEqual([0, 0]);
  expect(await deps.db.prisma.moderationCase.count({ where: { id: BigInt(caseId) } })).toBe(0);
});

test("16: evidence is to be blurred, holds what was reported alone, and never says who reported to the reported", async () => {
  await publish();
  const postId = await publish();
  const caseId = await report({ postId });
  const { evidence, reports } = await presentCase(deps, { viewerId: moderator.id, caseId });
  expect(evidence).toMatchObject([{ isBlurred: true, text: "a lake", author: { handle: person.handle } }]);
  expect(reports).toMatchObject([{ reporter: { id: reporter.id } }]);
  await decide(caseId, "remove");
  expect(JSON.stringify(await own())).not.toContain(reporter.id);
  expect(JSON.stringify(await own())).not.toContain(moderator.id);
  expect(JSON.stringify(await listLog(deps, { viewerId: person.id, limit: 100 }))).not.toContain(reporter.id);
  const mine = await listMyReports(deps, { viewerId: reporter.id, limit: 20 });
  expect(mine.items).toMatchObject([{ target: { postId }, state: "acted" }]);
});

test("17: counts forget what is removed in the same moment", async () => {
  const postId = await publish();
  const comment = await createComment(deps, { actorId: person.id, postId, text: "a rude word" });
  await decide(await report({ commentId: comment.id }), "remove");
  expect(await presentPost(deps, { viewerId: null, postId })).toMatchObject({ commentCount: 0 });
  await decide(await report({ postId }), "remove");
  const { postCount } = await deps.db.prisma.userCounts.findUniqueOrThrow({ where: { userId: BigInt(person.id) } });
  expect(postCount).toBe(0);
});

test("the next case is the most urgent one that nobody has and that the moderator may decide", async () => {
  await report({ postId: await publish() });
  const loudPost = await publish();
  for (let n = 0; n < 4; n += 1) await report({ postId: loudPost }, await createReporter({ ageDays: 90 }));
  const { items } = await listCases(deps, { viewerId: moderator.id, state: "open", limit: 100 });
  const priorities = items.map((found) => found.priority);
  expect(priorities).toEqual(priorities.toSorted((one, other) => other - one));
  const [first, second] = items.filter((found) => found.lease === null);
  expect(await takeCase(deps, { actorId: moderator.id, caseId: null })).toBe(first?.id);
  expect(await takeCase(deps, { actorId: colleague.id, caseId: null })).toBe(second?.id);
});

test("a suspension of before there were decisions is lifted as ever", async () => {
  await decide(await report({ userId: person.id }), "suspend");
  await unsuspendUser(deps, { actorId: moderator.id, userId: person.id });
  expect(await isSeen(await publish())).toBe(true);
});
