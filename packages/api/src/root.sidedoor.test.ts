// A private post by every side door, with caches warmed by those who were allowed to see it, the reader among them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateUser } from "./account/account.profile.ts";
import { deleteAccount } from "./auth/auth.deletion.ts";
import { createBlock } from "./block/block.service.ts";
import { createComment } from "./comment/comment.service.ts";
import { waitForRebuilds } from "./feed/feed.window.ts";
import { deleteFollow, removeFollower } from "./follow/follow.service.ts";
import type { Deps } from "./platform/process/deps.ts";
import { deletePost, updatePost } from "./post/post.service.ts";
import { openTestServer, type TestServer } from "./testing/index.ts";
import { callAs } from "./testing/matrix/call.ts";
import {
  type Door,
  listLeaks,
  listOpened,
  listPictureUrls,
  marksOf,
  readEverything,
  readFirstPages,
  readOn,
} from "./testing/matrix/doors.ts";
import { createWorld, password, type World, words } from "./testing/matrix/world.ts";
import { suspend } from "./testing/people.ts";
import { workOff } from "./testing/work-off.ts";

interface Closing {
  /** As in "a post that is deleted". Without its spaces it names the world's people: at most 20 letters then. */
  title: string;
  /** Who may see the post, and then may not. */
  reader: "stranger" | "follower";
  prepare?: (deps: Deps, world: World) => Promise<unknown>;
  close: (deps: Deps, world: World) => Promise<unknown>;
  /** Also hidden are the owner, and what the owner wrote elsewhere … */
  hidesOwner?: true;
  /** … save in these answers to the reader. */
  showsOwnerIn?: readonly string[];
  isOpenToStrangers?: true;
  /** The owner can say nothing under the post any more. */
  endsTalk?: true;
}

const goPrivate = (deps: Deps, { people }: World) => updateUser(deps, { actorId: people.owner.id, isPrivate: true });

const closings: Closing[] = [
  { title: "made private", reader: "stranger", close: goPrivate },
  {
    title: "narrowed to followers",
    reader: "stranger",
    close: (deps, { people, postId }) =>
      updatePost(deps, { actorId: people.owner.id, postId, visibility: "followers" }),
  },
  {
    title: "no longer followed",
    reader: "follower",
    prepare: goPrivate,
    close: (deps, { people }) => deleteFollow(deps, { actorId: people.follower.id, userId: people.owner.id }),
  },
  {
    title: "shut for one follower",
    reader: "follower",
    prepare: goPrivate,
    close: (deps, { people }) => removeFollower(deps, { actorId: people.owner.id, userId: people.follower.id }),
  },
  {
    title: "kept from the blocked",
    reader: "follower",
    close: (deps, { people }) => createBlock(deps, { actorId: people.owner.id, userId: people.follower.id }),
    hidesOwner: true,
    isOpenToStrangers: true,
  },
  {
    title: "kept from a blocker",
    reader: "follower",
    close: (deps, { people }) => createBlock(deps, { actorId: people.follower.id, userId: people.owner.id }),
    hidesOwner: true,
    showsOwnerIn: ["user.byHandle", "user.byId", "block.list"],
    isOpenToStrangers: true,
  },
  {
    title: "of the suspended",
    reader: "follower",
    close: (deps, { people }) => suspend(deps, { userId: people.owner.id }),
    hidesOwner: true,
    endsTalk: true,
  },
  {
    title: "deleted",
    reader: "follower",
    close: (deps, { people, postId }) => deletePost(deps, { actorId: people.owner.id, postId }),
    endsTalk: true,
  },
  {
    title: "of the deleted",
    reader: "follower",
    close: (deps, { people }) => deleteAccount(deps, { actorId: people.owner.id, password }),
    hidesOwner: true,
    endsTalk: true,
  },
];

/** What must show the post while it may be seen: else the test would be blind. */
const wideOpen = [
  "bookmark.list",
  "comment.byId",
  "comment.list",
  "comment.replies",
  "live.onEvent",
  "notification.groups",
  "notification.list",
  "post.byId",
  "post.byUser",
  "post.history",
];

let server: TestServer;
let deps: TestServer["deps"];

beforeAll(async () => {
  server = await openTestServer();
  deps = server.deps;
});

afterAll(() => server.close());

function statusOf(url: string): Promise<number> {
  return server.app.inject({ method: "GET", url }).then((answer) => answer.statusCode);
}

async function readArchive(accessToken: string): Promise<string> {
  const ending = await callAs(deps, { path: "auth.export", input: undefined, accessToken });
  const url = /\/export\/[^"]+/.exec(ending.isOk ? JSON.stringify(ending.answer) : "")?.[0];
  if (url === undefined) throw new Error("there is no archive");
  return (await server.app.inject({ method: "GET", url })).body;
}

describe.each(closings)("a post that is $title", ({ title, reader: name, prepare, close, ...closing }) => {
  let world: World;
  let before: Door[];
  let firstPages: Door[];

  function readAs(who: typeof name | "friend"): Promise<Door[]> {
    return readEverything(deps, { world, reader: world.people[who] });
  }

  /** "path: mark" for what is hidden from the reader, and shows. */
  function leaksOf(doors: readonly Door[], who: typeof name | null): string[] {
    const marks = marksOf({ world, reader: world.people[name] });
    const leaks = listLeaks(doors, [...marks.texts, ...marks.ids]);
    if (closing.hidesOwner === undefined) return leaks;
    const allowed = who === null ? [] : (closing.showsOwnerIn ?? []);
    const ofOwner = listLeaks(doors, marks.person).filter((leak) => !allowed.some((path) => leak.startsWith(path)));
    return [...leaks, ...listLeaks(doors, marks.away), ...ofOwner];
  }

  beforeAll(async () => {
    world = await createWorld(deps, { label: title.replaceAll(" ", "") });
    await prepare?.(deps, world);
    await workOff(deps);
    // The second time, caches are warm.
    for (const who of ["friend", name, "friend"] as const) {
      await readAs(who);
      await waitForRebuilds(deps);
    }
    before = await readAs(name);
    firstPages = await readFirstPages(deps, { doors: before, reader: world.people[name] });
  });

  test("shows through every door before", async () => {
    const shown = new Set(leaksOf(before, null).map((leak) => leak.split(":")[0]));
    const expected = [...wideOpen, ...(name === "follower" ? ["feed.home"] : [])];
    expect(expected.filter((path) => !shown.has(path))).toEqual([]);
    const urls = listPictureUrls(before);
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(await statusOf(url)).toBe(200);
  });

  /** The owner names the reader under the post; nobody is told before the next workOff. */
  async function speakUp(): Promise<void> {
    const { people, postId } = world;
    const text = `@${people[name].handle}, ${words.later}`;
    await createComment(deps, { actorId: people.owner.id, postId, text });
  }

  function mailsToReader(): string[] {
    return deps.mails.filter((mail) => mail.to === world.people[name].email).map((mail) => JSON.stringify(mail));
  }

  describe("once it is", () => {
    let mailsBefore: string[];

    beforeAll(async () => {
      mailsBefore = mailsToReader();
      await speakUp();
      await close(deps, world);
      // Whoever still may reads first, and warms what there is to warm.
      await readAs("friend");
    });

    async function expectClosed(): Promise<void> {
      const me = world.people[name];
      const doors = [...(await readAs(name)), ...(await readOn(deps, { doors: firstPages, reader: me }))];
      expect(leaksOf(doors, name)).toEqual([]);
      expect(listOpened(doors, marksOf({ world, reader: me }).ids)).toEqual([]);
      if (closing.isOpenToStrangers) return;
      expect(leaksOf(await readEverything(deps, { world, reader: null }), null)).toEqual([]);
    }

    test("shows through none, at once", expectClosed);

    test.skipIf(closing.isOpenToStrangers)("shows its pictures to nobody without a signature", async () => {
      const urls = listPictureUrls(before).map((url) => url.split("?")[0] ?? url);
      for (const url of urls) expect(await statusOf(url)).toBe(404);
    });

    test("shows through none later, whatever is said and worked off, nor in the reader's archive", async () => {
      const { accessToken, ...reader } = world.people[name];
      if (!closing.endsTalk) await speakUp();
      await callAs(deps, { path: "auth.requestExport", input: undefined, accessToken });
      await workOff(deps);
      await expectClosed();
      const archive = await readArchive(accessToken);
      const { texts, away } = marksOf({ world, reader: { ...reader, accessToken } });
      expect([...texts, ...away].filter((text) => archive.includes(text))).toEqual([]);
      expect(mailsBefore.join()).toContain(words.reply);
      const mailsAfter = mailsToReader().slice(mailsBefore.length).join();
      expect(texts.filter((text) => mailsAfter.includes(text))).toEqual([]);
    });
  });
});
