// Whatever moderators decide and reverse, and authors and readers do in between, what people see is what a model says that
// knows nothing of tables: content, places in feeds, tags, search, counts and restrictions. MODERATION_RUNS lengthens it.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mendCounters } from "../audit/audit.service.ts";
import { driftTallyOf } from "../audit/audit.tally.ts";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { presentComments } from "../comment/comment.view.ts";
import { listPostsByTag } from "../explore/explore.hashtag.ts";
import { listHomeFeed } from "../feed/feed.service.ts";
import { presentHashtag } from "../hashtag/hashtag.view.ts";
import { likePost, unlikePost } from "../like/like.service.ts";
import { createPost, deletePost } from "../post/post.service.ts";
import { presentPosts } from "../post/post.view.ts";
import { findPosts } from "../search/search.posts.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { presentUser } from "../user/user.view.ts";
import { createAppeal, resolveAppeal } from "./moderation.appeal.ts";
import { decideCase } from "./moderation.decide.ts";
import { presentCase } from "./moderation.queue.ts";
import { createReport } from "./moderation.report.ts";
import { reverseDecision } from "./moderation.reverse.ts";
import { suspendUser } from "./moderation.service.ts";
import { takeCase } from "./moderation.take.ts";

const numRuns = Number(process.env.MODERATION_RUNS ?? 4);

let deps: TestDeps;
let moderator: TestPerson;
let colleague: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  moderator = await createPerson(deps, { role: "moderator" });
  colleague = await createPerson(deps, { role: "moderator" });
});
afterAll(() => deps.close());

/** One thing that ann made: what stands of it, by the decisions that do. */
interface Thing {
  id: string;
  caseId: string;
  isDeleted: boolean;
  removals: string[];
  marks: string[];
  limits: string[];
}
interface Model {
  ann: TestPerson;
  bob: TestPerson;
  posts: Thing[];
  comments: (Thing & { post: number })[];
  isLiked: boolean[];
  suspensions: string[];
  /** Decisions that may be reversed, and whose list they are on. */
  standing: { id: string; list: string[]; isAppealed: boolean }[];
  tag: string;
}

const deeds = ["remove", "markSensitive", "limitDiscovery", "reverse", "overturn", "uphold"] as const;
const others = ["deletePost", "deleteComment", "removeComment", "like", "suspend", "comment"] as const;
const step = fc.record({
  deed: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...deeds) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  ),
  which: fc.nat({ max: 2 }),
});

let serial = 0;
async function createModel(): Promise<Model> {
  serial += 1;
  const tag = `lake${serial}x`;
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  await follow(deps, { followerId: bob.id, followeeId: ann.id });
  const model: Model = { ann, bob, posts: [], comments: [], isLiked: [], suspensions: [], standing: [], tag };
  for (let n = 0; n < 3; n += 1) {
    const post = await createPost(deps, {
      actorId: ann.id,
      caption: `wildgoose #${tag}`,
      media: [],
      visibility: "public",
    });
    model.posts.push(await asThing({ postId: post.id }, bob));
    model.isLiked.push(false);
    await addComment(model, n);
  }
  return model;
}

async function addComment(model: Model, post: number): Promise<void> {
  const postId = model.posts[post]?.id ?? "";
  const comment = await createComment(deps, { actorId: model.ann.id, postId, text: "a word" });
  model.comments.push({ ...(await asThing({ commentId: comment.id }, model.bob)), post });
}

async function asThing(target: { postId: string } | { commentId: string }, bob: TestPerson): Promise<Thing> {
  const { reportId } = await createReport(deps, { actorId: bob.id, target, reason: "spam", note: "" });
  const { caseId } = await deps.db.prisma.report.findUniqueOrThrow({ where: { id: BigInt(reportId) } });
  const id = "postId" in target ? target.postId : target.commentId;
  return { id, caseId: `${caseId}`, isDeleted: false, removals: [], marks: [], limits: [] };
}

async function decide(
  model: Model,
  thing: Thing,
  { action, list }: { action: "remove" | "markSensitive" | "limitDiscovery"; list: string[] },
): Promise<void> {
  const caseId = await takeCase(deps, { actorId: moderator.id, caseId: thing.caseId });
  thing.caseId = caseId ?? thing.caseId;
  const verdict = { action, rule: "1", text: "spam", note: "", until: null };
  await decideCase(deps, { actorId: moderator.id, caseId: thing.caseId, ...verdict });
  const { decisions } = await presentCase(deps, { viewerId: moderator.id, caseId: thing.caseId });
  const id = decisions.at(-1)?.id ?? "";
  list.push(id);
  model.standing.push({ id, list, isAppealed: false });
}

async function forget(model: Model, decision: Model["standing"][number]): Promise<void> {
  decision.list.splice(decision.list.indexOf(decision.id), 1);
  model.standing.splice(model.standing.indexOf(decision), 1);
  // A job counts the tags of an account anew.
  if (decision.list === model.suspensions) await workOff(deps);
}

async function answer(model: Model, which: number, outcome: "upheld" | "overturned"): Promise<void> {
  const decision = model.standing.filter((one) => !one.isAppealed)[which];
  if (decision === undefined) return;
  decision.isAppealed = true;
  await createAppeal(deps, { actorId: model.ann.id, decisionId: decision.id, text: "no" });
  await resolveAppeal(deps, { actorId: colleague.id, decisionId: decision.id, outcome, reply: "hm" });
  if (outcome === "overturned") await forget(model, decision);
}

async function act(model: Model, { deed, which }: { deed: (typeof deeds | typeof others)[number]; which: number }) {
  const { ann, bob } = model;
  const post = model.posts[which];
  const comment = model.comments.at(-1 - which);
  if (post === undefined || comment === undefined) return;
  const canAct = model.suspensions.length === 0;
  switch (deed) {
    case "remove":
      return decide(model, post, { action: deed, list: post.removals });
    case "markSensitive":
      return decide(model, post, { action: deed, list: post.marks });
    case "limitDiscovery":
      return decide(model, post, { action: deed, list: post.limits });
    case "removeComment":
      return decide(model, comment, { action: "remove", list: comment.removals });
    case "reverse": {
      const decision = model.standing[which];
      if (decision === undefined) return;
      await reverseDecision(deps, { actorId: colleague.id, decisionId: decision.id, text: "a mistake" });
      return forget(model, decision);
    }
    case "overturn":
      return answer(model, which, "overturned");
    case "uphold":
      return answer(model, which, "upheld");
    case "deletePost":
      await deletePost(deps, { actorId: ann.id, postId: post.id });
      post.isDeleted = true;
      // Later on its rows are gone, too.
      return which === 0 ? workOff(deps) : undefined;
    case "deleteComment":
      if (!model.posts[comment.post]?.isDeleted) await deleteComment(deps, { actorId: ann.id, commentId: comment.id });
      comment.isDeleted = true;
      return;
    case "like": {
      if (!isShown(model, which)) return;
      const change = model.isLiked[which] ? unlikePost : likePost;
      await change(deps, { actorId: bob.id, postId: post.id });
      model.isLiked[which] = !model.isLiked[which];
      return;
    }
    case "comment":
      if (isShown(model, which)) await addComment(model, which);
      return;
    case "suspend": {
      if (!canAct) return;
      await suspendUser(deps, { actorId: moderator.id, userId: ann.id });
      const newest = await deps.db.prisma.decision.findFirstOrThrow({
        where: { userId: BigInt(ann.id), action: "suspend" },
        orderBy: { id: "desc" },
      });
      model.suspensions.push(`${newest.id}`);
      model.standing.push({ id: `${newest.id}`, list: model.suspensions, isAppealed: false });
      await workOff(deps);
    }
  }
}

const isLive = (thing: Thing | undefined) => thing !== undefined && !thing.isDeleted && thing.removals.length === 0;
const isShown = (model: Model, which: number) => isLive(model.posts[which]) && model.suspensions.length === 0;

async function expectModel(model: Model, where: string): Promise<void> {
  const { ann, bob, posts, comments, tag } = model;
  const indexes = posts.map((_, index) => index);
  const shown = indexes.filter((index) => isShown(model, index)).toReversed();
  const idsOf = (wanted: number[]) => wanted.map((index) => posts[index]?.id);
  const found = shown.filter((index) => posts[index]?.limits.length === 0);
  const [byId, home, searched, tagged, hashtag, mine] = await Promise.all([
    presentPosts(deps, { viewerId: null, ids: posts.map(({ id }) => id) }),
    listHomeFeed(deps, { viewerId: bob.id, limit: 20 }),
    findPosts(deps, { viewerId: null, q: `wildgoose #${tag}`, limit: 20 }),
    listPostsByTag(deps, { viewerId: null, tag, sort: "newest", limit: 20 }),
    presentHashtag(deps, { viewerId: null, tag }),
    presentPosts(deps, { viewerId: ann.id, ids: posts.map(({ id }) => id) }),
  ]);
  const view = (index: number) => ({
    id: posts[index]?.id,
    likeCount: model.isLiked[index] ? 1 : 0,
    commentCount: comments.filter((comment) => comment.post === index && isLive(comment)).length,
    isSensitive: (posts[index]?.marks.length ?? 0) > 0,
  });
  expect(
    byId.map(({ id, likeCount, commentCount, isSensitive }) => ({ id, likeCount, commentCount, isSensitive })),
    where,
  ).toEqual(shown.toReversed().map(view));
  expect(
    home.items.map(({ id }) => id),
    where,
  ).toEqual(idsOf(shown));
  expect(
    searched.items.map(({ id }) => id),
    where,
  ).toEqual(idsOf(found));
  expect(
    tagged.items.map(({ id }) => id),
    where,
  ).toEqual(idsOf(found));
  // A tag that stands only in what nobody may see is told of to nobody; the account's own counts stay.
  expect(hashtag.postCount, where).toBe(model.suspensions.length > 0 ? 0 : posts.filter(isLive).length);
  if (model.suspensions.length > 0) return;
  expect(
    mine.map(({ id }) => id),
    where,
  ).toEqual(posts.filter((post) => !post.isDeleted).map(({ id }) => id));
  expect((await presentUser(deps, { viewerId: null, userId: ann.id })).postCount, where).toBe(
    posts.filter(isLive).length,
  );
  const visible = comments.filter((comment) => isLive(comment) && isShown(model, comment.post));
  const seen = await presentComments(deps, { viewerId: bob.id, ids: comments.map(({ id }) => id) });
  expect(
    seen.map(({ id, text }) => [id, text]),
    where,
  ).toEqual(visible.map(({ id }) => [id, "a word"]));
}

test("what decisions take and give back is what a model says, whatever happens in between", {
  timeout: 240_000,
}, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: "max" }), async (steps) => {
    const model = await createModel();
    for (const [index, one] of steps.entries()) {
      await act(model, one);
      await expectModel(model, `${index}: ${one.deed} ${one.which}`);
    }
    for (const decision of [...model.standing]) {
      await reverseDecision(deps, { actorId: moderator.id, decisionId: decision.id, text: "the end" });
      await forget(model, decision);
    }
    await workOff(deps);
    await expectModel(model, "the end");
  });
  await fc.assert(property, { numRuns });
  await mendCounters(deps, { ranges: 1_000 });
  expect([...driftTallyOf(deps)].filter(([, count]) => count > 0)).toEqual([]);
});
