// Likes told in one trip: what is told, what is left, and that a fact goes with its effect.
import { afterAll, beforeAll, expect, test } from "vitest";
import { factOf, openInbox } from "../testing/inbox.ts";
import { createPerson, createPost, openTestDeps, type TestDeps } from "../testing/index.ts";
import { signInDevice } from "../testing/outside.ts";
import { tellLikes } from "./notification.like.ts";
import { updatePreferences } from "./notification.preference.ts";

let deps: TestDeps;
let inbox: ReturnType<typeof openInbox>;
beforeAll(async () => {
  deps = await openTestDeps();
  inbox = openInbox(deps);
});
afterAll(() => deps.close());

/** An author with a post that somebody likes, and the fact of it as it stands in the outbox. */
async function openLike() {
  const [author, fan] = [await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: author.id });
  await inbox.run("insert into post_likes (post_id, user_id) values ($1, $2)", [post.id, fan.id]);
  const fact = factOf("like.created", await inbox.likeOf(fan, post.id));
  const [row] = await inbox.run("insert into outbox (fact, payload) values ($1, $2) returning id", [
    fact.fact,
    JSON.stringify(fact.payload),
  ]);
  return { author, fan, post, fact: { ...fact, id: row?.id ?? "" } };
}

const factsOf = async (name: string, receiverId: string) =>
  inbox.run("select id from outbox where fact = $1 and payload ->> 'userId' = $2", [name, receiverId]);
const isUnfinished = async (id: string) => (await inbox.run("select id from outbox where id = $1", [id])).length === 1;
const subscribe = async (userId: string) =>
  inbox.run(
    "insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth) values ($1, $2, $3, 'key', 'secret')",
    [userId, await signInDevice(deps, { userId }), `https://push.example/${userId}`],
  );

test("a like that stands is told, and its fact is gone with it; the second time changes nothing", async () => {
  const { author, fact } = await openLike();
  expect(await tellLikes(deps, { facts: [fact] })).toEqual([]);
  expect(await inbox.typesOf(author)).toEqual(["LIKE"]);
  expect(await isUnfinished(fact.id)).toBe(false);
  expect(await tellLikes(deps, { facts: [fact] })).toEqual([]);
  expect(await inbox.typesOf(author)).toEqual(["LIKE"]);
});

test("what is not to be told is left with its fact, and holds up nothing beside it", async () => {
  const told = await openLike();
  const [muted, undone, gone] = [await openLike(), await openLike(), await openLike()];
  await inbox.run("insert into mutes (muter_id, muted_id) values ($1, $2)", [muted.author.id, muted.fan.id]);
  await inbox.run("delete from post_likes where post_id = $1", [undone.post.id]);
  await inbox.run("update posts set deleted_at = now() where id = $1", [gone.post.id]);
  const left = [muted.fact, undone.fact, gone.fact];
  expect(await tellLikes(deps, { facts: [...left, told.fact] })).toEqual(left);
  expect(await inbox.typesOf(told.author)).toEqual(["LIKE"]);
  for (const fact of left) expect(await isUnfinished(fact.id)).toBe(true);
  expect(await isUnfinished(told.fact.id)).toBe(false);
});

test("facts that speak of one like together, of one's own, of a comment or of nobody named are left", async () => {
  const { author, post, fact } = await openLike();
  const facts = [
    fact,
    factOf("like.deleted", fact.payload),
    factOf("like.created", { ...fact.payload, actorId: author.id }),
    factOf("like.created", { postId: post.id, commentId: null, actorId: (await createPerson(deps)).id }),
    factOf("like.created", { ...fact.payload, actorId: (await createPerson(deps)).id, commentId: post.id }),
  ];
  expect(await tellLikes(deps, { facts })).toEqual(facts);
  expect(await inbox.typesOf(author)).toEqual([]);
});

test("a push is asked for where there is a device, once", async () => {
  const [reached, unreached] = [await openLike(), await openLike()];
  await subscribe(reached.author.id);
  const facts = [reached.fact, unreached.fact];
  expect(await tellLikes(deps, { facts })).toEqual([]);
  expect(await tellLikes(deps, { facts })).toEqual([]);
  expect(await factsOf("notification.pushRequested", reached.author.id)).toHaveLength(1);
  expect(await factsOf("notification.pushRequested", unreached.author.id)).toEqual([]);
  expect(await factsOf("notification.mailRequested", reached.author.id)).toEqual([]);
});

test("ways that a person has chosen: mail without the app, the app without a push", async () => {
  const [mailed, silent] = [await openLike(), await openLike()];
  const change = (actorId: string, wish: { inApp?: boolean; push?: boolean; email?: boolean }) =>
    updatePreferences(deps, { actorId, changes: { types: { LIKE: wish } } });
  await change(mailed.author.id, { inApp: false, email: true });
  await change(silent.author.id, { push: false });
  await subscribe(silent.author.id);
  expect(await tellLikes(deps, { facts: [mailed.fact, silent.fact] })).toEqual([]);
  expect(await inbox.typesOf(mailed.author)).toEqual([]);
  expect(await factsOf("notification.mailRequested", mailed.author.id)).toHaveLength(1);
  expect(await inbox.typesOf(silent.author)).toEqual(["LIKE"]);
  expect(await factsOf("notification.pushRequested", silent.author.id)).toEqual([]);
});
