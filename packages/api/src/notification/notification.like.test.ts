// Likes told in one trip: what is told, what is left, and that a fact goes with its effect.
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { factOf, openInbox } from "../testing/inbox.ts";
import {
  addLike,
  block,
  createPerson,
  createPost,
  follow,
  hidePost,
  mute,
  openTestDeps,
  removeLike,
  storeFact,
  suspend,
  type TestDeps,
} from "../testing/index.ts";
import { openBrowser } from "../testing/outside.ts";
import { tellLikes } from "./notification.like.ts";
import { notifyLikes } from "./notification.notify.ts";
import { setQuiet, updatePreferences } from "./notification.preference.ts";

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
  await addLike(deps, { userId: fan.id, postId: post.id });
  const fact = factOf("like.created", await inbox.likeOf(fan, post.id));
  return { author, fan, post, fact: { ...fact, ...(await storeFact(deps, fact)) } };
}

type Like = Awaited<ReturnType<typeof openLike>>;

const factsOf = async (name: string, receiverId: string) =>
  inbox.run("select id from outbox where fact = $1 and payload ->> 'userId' = $2", [name, receiverId]);
const isUnfinished = async (id: string) => (await inbox.run("select id from outbox where id = $1", [id])).length === 1;
const subscribe = (userId: string) => openBrowser(deps, { userId, endpoint: `https://push.example/${userId}` });

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
  await mute(deps, { muterId: muted.author.id, mutedId: muted.fan.id });
  await removeLike(deps, { userId: undone.fan.id, postId: undone.post.id });
  await hidePost(deps, { postId: gone.post.id });
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
    ({ author, post }) => setQuiet(deps, { actorId: author.id, postId: post.id, isQuiet: true }),
    ({ author, fan }) => mute(deps, { muterId: author.id, mutedId: fan.id }),
    ({ author, fan }) => block(deps, { blockerId: fan.id, blockedId: author.id }),
    ({ fan }) => suspend(deps, { userId: fan.id }),
    ({ author }) => updateUser(deps, { actorId: author.id, isPrivate: true }),
    ({ fan, post }) => removeLike(deps, { userId: fan.id, postId: post.id }),
    ({ post }) => hidePost(deps, { postId: post.id }),
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
