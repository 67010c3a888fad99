// Likes told in one trip: what is told, what is left, and that a fact goes with its effect.
import { afterAll, beforeAll, expect, test } from "vitest";
import { factOf, openInbox } from "../testing/inbox.ts";
import { createPerson, createPost, follow, openTestDeps, type TestDeps } from "../testing/index.ts";
import { signInDevice } from "../testing/outside.ts";
import { tellLikes } from "./notification.like.ts";
import { notifyLikes } from "./notification.notify.ts";
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

type Like = Awaited<ReturnType<typeof openLike>>;

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
  const appless = await openLike();
  await subscribe(appless.author.id);
  await updatePreferences(deps, { actorId: appless.author.id, changes: { types: { LIKE: { inApp: false } } } });
  const facts = [reached.fact, unreached.fact, appless.fact];
  expect(await tellLikes(deps, { facts })).toEqual([]);
  expect(await tellLikes(deps, { facts })).toEqual([]);
  expect(await factsOf("notification.pushRequested", reached.author.id)).toHaveLength(1);
  expect(await factsOf("notification.pushRequested", appless.author.id)).toHaveLength(1);
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

test("one trip tells what the ordinary way tells, however things stand", async () => {
  const circumstances: ((like: Like) => Promise<unknown>)[] = [
    ({ author }) => subscribe(author.id),
    ({ author }) =>
      updatePreferences(deps, { actorId: author.id, changes: { types: { LIKE: { inApp: false, email: true } } } }),
    ({ author }) => updatePreferences(deps, { actorId: author.id, changes: { types: { LIKE: { email: true } } } }),
    ({ author }) => updatePreferences(deps, { actorId: author.id, changes: { digest: { frequency: "daily" } } }),
    ({ author }) =>
      updatePreferences(deps, { actorId: author.id, changes: { types: { LIKE: { from: "following" } } } }),
    ({ author, fan }) => follow(deps, { followerId: author.id, followeeId: fan.id }),
    ({ author, post }) => inbox.run("insert into quiet_posts (user_id, post_id) values ($1, $2)", [author.id, post.id]),
    ({ author, fan }) => inbox.run("insert into mutes (muter_id, muted_id) values ($1, $2)", [author.id, fan.id]),
    ({ author, fan }) => inbox.run("insert into blocks (blocker_id, blocked_id) values ($1, $2)", [fan.id, author.id]),
    ({ fan }) => inbox.run("update users set suspended_at = now() where id = $1", [fan.id]),
    ({ author }) => inbox.run("update users set is_private = true where id = $1", [author.id]),
    ({ post }) => inbox.run("delete from post_likes where post_id = $1", [post.id]),
    ({ post }) => inbox.run("update posts set deleted_at = now() where id = $1", [post.id]),
  ];
  async function outcomeOf({ author, fact }: Like) {
    return {
      inApp: await inbox.typesOf(author),
      counts: await inbox.readCounts(author),
      pushes: (await factsOf("notification.pushRequested", author.id)).length,
      mails: (await factsOf("notification.mailRequested", author.id)).length,
      isUnfinished: await isUnfinished(fact.id),
    };
  }
  // The first six, which tell or reach somebody, in every combination; the others each beside them.
  const worlds = Array.from({ length: 64 }, (_, bits) => circumstances.slice(0, 6).filter((_, at) => bits & (1 << at)));
  worlds.push(...circumstances.slice(6).map((one) => [one]));
  const tellings = new Set<string>();
  for (const world of worlds) {
    const [first, second] = [await openLike(), await openLike()];
    for (const arrange of world) for (const like of [first, second]) await arrange(like);
    await notifyLikes(deps, { facts: [first.fact] });
    // A fact that names no receiver takes the ordinary way.
    const { receiverId: _, ...unnamed } = second.fact.payload;
    await notifyLikes(deps, { facts: [{ ...second.fact, payload: unnamed }] });
    const outcome = await outcomeOf(first);
    expect(outcome).toEqual(await outcomeOf(second));
    tellings.add(JSON.stringify(outcome));
  }
  expect(tellings.size).toBeGreaterThan(5);
}, 60_000);
