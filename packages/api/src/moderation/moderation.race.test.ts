// Moderators against each other, against authors, readers and their own demotion, two at a time: no impossible state, no
// wrong counter, and only errors that have a reason. PIXORA_RACE_ROUNDS=200 is the long form.
import { statement, warmPrisma } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { likeComment, likePost, unlikePost } from "../like/like.service.ts";
import { AppError } from "../platform/call/errors.ts";
import { createPost, deletePost } from "../post/post.service.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { setRole } from "../user/user.service.ts";
import { createAppeal, resolveAppeal } from "./moderation.appeal.ts";
import { decideCase } from "./moderation.decide.ts";
import { createReport } from "./moderation.report.ts";
import { reverseDecision } from "./moderation.reverse.ts";
import { suspendUser, unsuspendUser } from "./moderation.service.ts";
import { takeCase } from "./moderation.take.ts";

const rounds = Number(process.env.PIXORA_RACE_ROUNDS ?? 3);

let deps: TestDeps;
let reader: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps({ env: { DATABASE_POOL_SIZE: "12" } });
  await warmPrisma(deps.db);
  reader = await createPerson(deps);
});
afterAll(() => deps.close());

interface Stage {
  annId: string;
  one: TestPerson;
  other: TestPerson;
  postId: string;
  commentId: string;
  /** Of the post and of the comment. */
  postCase: string;
  commentCase: string;
  /** A removal of another post of ann's, which she appealed against where the pair says so. */
  decisionId: string;
  oldPostId: string;
}

type Deed = (stage: Stage) => Promise<unknown>;

const decide =
  (by: "one" | "other", of: "postCase" | "commentCase", action: "remove" | "dismiss" | "suspend"): Deed =>
  (stage) =>
    decideCase(deps, { actorId: stage[by].id, caseId: stage[of], action, rule: "", text: by, note: "", until: null });
const take =
  (by: "one" | "other"): Deed =>
  (stage) =>
    takeCase(deps, { actorId: stage[by].id, caseId: stage.postCase });
const reverse =
  (by: "one" | "other"): Deed =>
  (stage) =>
    reverseDecision(deps, { actorId: stage[by].id, decisionId: stage.decisionId, text: by });
const appeal: Deed = ({ annId, decisionId }) => createAppeal(deps, { actorId: annId, decisionId, text: "no" });
const resolve =
  (outcome: "upheld" | "overturned", reply: string): Deed =>
  ({ other, decisionId }) =>
    resolveAppeal(deps, { actorId: other.id, decisionId, outcome, reply });
const removePost = decide("one", "postCase", "remove");
const removeComment = decide("one", "commentCase", "remove");
const deleteOwnPost: Deed = ({ annId, postId }) => deletePost(deps, { actorId: annId, postId });
const suspend =
  (by: "one" | "other"): Deed =>
  (stage) =>
    suspendUser(deps, { actorId: stage[by].id, userId: stage.annId });
const demoteOne: Deed = ({ one }) => setRole(deps, { handle: one.handle, role: "user" });
const say: Deed = ({ postId }) => createComment(deps, { actorId: reader.id, postId, text: "a word" });

/** Twenty pairs; with `before`, what has happened when they meet. */
const pairs: readonly { name: string; before?: Deed; deeds: readonly [Deed, Deed] }[] = [
  { name: "two removals", deeds: [removePost, decide("other", "postCase", "remove")] },
  { name: "a removal and a dismissal", deeds: [removePost, decide("other", "postCase", "dismiss")] },
  { name: "a removal and a suspension by one case", deeds: [removePost, decide("other", "postCase", "suspend")] },
  { name: "two leases", deeds: [take("one"), take("other")] },
  { name: "a lease and a removal", deeds: [take("other"), removePost] },
  { name: "a removal and the author's deletion", deeds: [removePost, deleteOwnPost] },
  {
    name: "a removal and a like",
    deeds: [removePost, ({ postId }) => likePost(deps, { actorId: reader.id, postId })],
  },
  {
    name: "a removal and the end of a like",
    before: ({ postId }) => likePost(deps, { actorId: reader.id, postId }),
    deeds: [removePost, ({ postId }) => unlikePost(deps, { actorId: reader.id, postId })],
  },
  { name: "a removal and a comment", deeds: [removePost, say] },
  {
    name: "a removal and the end of a comment",
    deeds: [removePost, ({ annId, commentId }) => deleteComment(deps, { actorId: annId, commentId })],
  },
  {
    name: "a removed comment and its author's deletion",
    deeds: [removeComment, ({ annId, commentId }) => deleteComment(deps, { actorId: annId, commentId })],
  },
  {
    name: "a removed comment and an answer",
    deeds: [
      removeComment,
      ({ postId, commentId }) =>
        createComment(deps, { actorId: reader.id, postId, parentId: commentId, text: "a word" }),
    ],
  },
  {
    name: "a removed comment and a like",
    deeds: [removeComment, ({ commentId }) => likeComment(deps, { actorId: reader.id, commentId })],
  },
  { name: "a removed comment and its removed post", deeds: [removeComment, decide("other", "postCase", "remove")] },
  { name: "two reversals", deeds: [reverse("one"), reverse("other")] },
  {
    name: "a reversal and the author's deletion",
    deeds: [reverse("one"), ({ annId, oldPostId }) => deletePost(deps, { actorId: annId, postId: oldPostId })],
  },
  { name: "an appeal and a reversal", deeds: [appeal, reverse("one")] },
  {
    name: "two answers to an appeal",
    before: appeal,
    deeds: [resolve("upheld", "it stands"), resolve("overturned", "it does not")],
  },
  {
    name: "a suspension and its end",
    before: suspend("one"),
    deeds: [suspend("other"), ({ annId, one }) => unsuspendUser(deps, { actorId: one.id, userId: annId })],
  },
  { name: "a removal and the moderator's demotion", before: take("one"), deeds: [removePost, demoteOne] },
];

/** What the slower of a pair may hear. */
const expectedCodes = new Set([
  "moderation.closed",
  "moderation.taken",
  "moderation.forbidden",
  "moderation.final",
  "post.notFound",
  "comment.notFound",
]);

async function setStage(): Promise<Stage> {
  const [ann, one, other] = await Promise.all([
    createPerson(deps),
    createPerson(deps, { role: "moderator" }),
    createPerson(deps, { role: "moderator" }),
  ]);
  const said = { actorId: ann.id, caption: "a lake", media: [], visibility: "public" as const };
  const [post, old] = [await createPost(deps, said), await createPost(deps, said)];
  const comment = await createComment(deps, { actorId: ann.id, postId: post.id, text: "a word" });
  const caseOf = async (target: { postId: string } | { commentId: string }) => {
    const { reportId } = await createReport(deps, { actorId: reader.id, target, reason: "spam", note: "" });
    const report = await deps.db.prisma.report.findUniqueOrThrow({ where: { id: BigInt(reportId) } });
    return `${report.caseId}`;
  };
  const oldCase = await caseOf({ postId: old.id });
  const verdict = { action: "remove", rule: "", text: "spam", note: "", until: null } as const;
  await decideCase(deps, { actorId: one.id, caseId: oldCase, ...verdict });
  const decision = await deps.db.prisma.decision.findFirstOrThrow({ where: { caseId: BigInt(oldCase) } });
  return {
    annId: ann.id,
    one,
    other,
    postId: post.id,
    commentId: comment.id,
    postCase: await caseOf({ postId: post.id }),
    commentCase: await caseOf({ commentId: comment.id }),
    decisionId: `${decision.id}`,
    oldPostId: old.id,
  };
}

const stands = (action: string, key: string) => `exists (
  select from decisions d where d.subject_key = ${key} and d.action = '${action}'
  and not exists (select from decisions r where r.reverses_id = d.id))`;

const selectImpossible = statement<{ what: string }>(
  "test.impossible",
  `select 'a post that is removed or not against its decisions' as what from posts p
     where p.deleted_at is null and (p.removed_by is not null) <> ${stands("remove", "'post/' || p.id")}
   union all select 'a comment likewise' from comments c
     where c.deleted_at is null and (c.removed_by is not null) <> ${stands("remove", "'comment/' || c.id")}
   union all select 'a person suspended or not against their decisions' from users u
     where (u.suspended_at is not null) <> ${stands("suspend", "'user/' || u.id")}
   union all select 'a case decided twice' from decisions where action <> 'reverse' group by case_id having count(*) > 1
   union all select 'a decision reversed twice' from decisions where reverses_id is not null
     group by reverses_id having count(*) > 1
   union all select 'a closed case that is leased' from cases where state = 'closed' and lease_by is not null
   union all select 'a case that nothing has closed' from cases c
     where c.kind = 'report' and c.state = 'closed'
       and not exists (select from decisions d where d.case_id = c.id and d.action <> 'reverse')
   union all select 'a report that waits for a closed case' from reports r join cases c on c.id = r.case_id
     where r.resolved_at is null and c.state = 'closed'
   union all select 'an appeal without its case' from appeals a left join cases c on c.decision_id = a.decision_id
     where c.id is null or (a.state = 'open') <> (c.state = 'open')
   union all select 'an appeal that was overturned for nothing' from appeals a
     where a.state = 'overturned' and not exists (select from decisions r where r.reverses_id = a.decision_id)
   union all select 'wrong post count' from user_counts c
     where c.post_count <> (select count(*) from posts p
                            where p.author_id = c.user_id and p.deleted_at is null and p.removed_by is null)
   union all select 'wrong like or comment count' from post_counts c
     where c.like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)
        or c.comment_count <> (select count(*) from comments m
                               where m.post_id = c.post_id and m.deleted_at is null and m.removed_by is null)
   union all select 'wrong reply or like count' from comment_counts c
     where c.like_count <> (select count(*) from comment_likes l where l.comment_id = c.comment_id)
        or c.reply_count <> (select count(*) from comments m
                             where m.parent_id = c.comment_id and m.deleted_at is null and m.removed_by is null)`,
);

test.each(pairs)("$name", { timeout: 30_000 + 500 * rounds }, async ({ before, deeds }) => {
  const unexpected: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const stage = await setStage();
    await before?.(stage);
    const inTurn = round % 2 === 0 ? deeds : deeds.toReversed();
    const results = await Promise.allSettled(inTurn.map((deed) => deed(stage)));
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const { reason } = result;
      if (!(reason instanceof AppError && expectedCodes.has(reason.code))) unexpected.push(reason);
    }
  }
  expect(unexpected).toEqual([]);
  expect(await deps.db.sql.many(selectImpossible)).toEqual([]);
});
