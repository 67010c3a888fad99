// The test kit against itself: what a team relies on when it writes tests with createTestPixora.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestPixora, type TestPixora } from "../index.ts";

let pixora: TestPixora;
beforeAll(async () => {
  pixora = await createTestPixora();
});
afterAll(() => pixora.close());

test("once settled, a like has made its notification, its live event and its push", async () => {
  const [alice, bob] = [await pixora.signIn(), await pixora.signIn({ handle: "bob" })];
  await alice.allowPushes();
  const post = await alice.client.post.create({ caption: "first light" });

  await bob.client.like.create({ postId: post.id });
  await pixora.settle();

  const { items } = await alice.client.notification.list();
  expect(items.map(({ type, actor }) => [type, actor.handle])).toEqual([["LIKE", "bob"]]);
  expect(pixora.pushes).toMatchObject([{ userId: alice.id, message: { type: "LIKE", actorHandle: "bob" } }]);
});

test("factories make the past without what would follow from it", async () => {
  const [alice, bob] = [await pixora.signIn(), await pixora.signIn()];
  await pixora.factories.follow({ followerId: bob.id, followeeId: alice.id });
  const { id } = await pixora.factories.post({ authorId: alice.id, caption: "long ago" });
  await pixora.factories.like({ userId: bob.id, postId: id });
  await pixora.settle();

  expect(await alice.client.notification.counts()).toEqual({ unread: 0, unseen: 0, conversations: 0, requests: 0 });
  const feed = await bob.client.feed.home();
  expect(feed.items.map(({ caption, likeCount }) => [caption, likeCount])).toEqual([["long ago", 1]]);
});

test("a person's calls go on when more time has passed than a token lives, and their password signs them in", async () => {
  const alice = await pixora.signIn({ password: "correct horse battery" });
  await pixora.pass(3 * 3_600_000);
  expect((await alice.client.user.me()).id).toBe(alice.id);
  const { user } = await pixora.client.auth.signIn({ login: alice.handle, password: "correct horse battery" });
  expect(user.id).toBe(alice.id);
});

test("time that passes runs what is scheduled: at its hour, the day's digest is mailed", async () => {
  const [alice, bob] = [await pixora.signIn(), await pixora.signIn()];
  const hour = (pixora.now().getUTCHours() + 1) % 24;
  await alice.client.notification.updatePreferences({
    types: { LIKE: { inApp: true, push: false, email: true, from: "everyone" } },
    digest: { frequency: "daily", hour, timeZone: "UTC" },
  });
  const post = await alice.client.post.create({ caption: "seen" });
  await bob.client.like.create({ postId: post.id });
  await pixora.settle();
  const mailsToAlice = () => pixora.mails.filter(({ to }) => to === alice.email);
  expect(mailsToAlice()).toEqual([]);

  await pixora.pass(3_600_000);
  expect(mailsToAlice()).toMatchObject([{ text: expect.stringContaining(bob.handle) }]);
});

test("two of them share nothing", async () => {
  const other = await createTestPixora();
  await other.signIn({ handle: "bob" });
  expect((await other.client.user.byHandle({ handle: "bob" })).postCount).toBe(0);
  expect(other.databaseUrl).not.toBe(pixora.databaseUrl);
  await other.close();
  await other.close();
});
