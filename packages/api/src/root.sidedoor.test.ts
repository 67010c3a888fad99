// A private post by every side door, with caches warmed by those who were allowed to see it, the reader among them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteAccount } from "./auth/auth.deletion.ts";
import { createBlock } from "./block/block.service.ts";
import { settleRebuilds } from "./feed/feed.window.ts";
import { deleteFollow, removeFollower } from "./follow/follow.service.ts";
import type { Deps } from "./platform/deps.ts";
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
import { suspend } from "./testing/matrix/targets.ts";
import { createWorld, password, type World } from "./testing/matrix/world.ts";
import { workOff } from "./testing/work-off.ts";
import { updateUser } from "./user/user.profile.ts";

interface Closing {
  label: string;
  /** Who may see the post, and then may not. */
  reader: "stranger" | "follower";
  prepare?: (deps: Deps, world: World) => Promise<unknown>;
  close: (deps: Deps, world: World) => Promise<unknown>;
  /** What is hidden: the post and what hangs on it, also what the owner wrote elsewhere, or the owner too. */
  hides: "post" | "words" | "person";
  isOpenToStrangers?: boolean;
}

const goPrivate = (deps: Deps, { people }: World) => updateUser(deps, { actorId: people.owner.id, isPrivate: true });

const closings: Closing[] = [
  { label: "private", reader: "stranger", close: goPrivate, hides: "post" },
  {
    label: "narrowed",
    reader: "stranger",
    close: (deps, { people, postId }) =>
      updatePost(deps, { actorId: people.owner.id, postId, visibility: "followers" }),
    hides: "post",
  },
  {
    label: "removed",
    reader: "follower",
    prepare: goPrivate,
    close: (deps, { people }) => removeFollower(deps, { actorId: people.owner.id, userId: people.follower.id }),
    hides: "post",
  },
  {
    label: "unfollowed",
    reader: "follower",
    prepare: goPrivate,
    close: (deps, { people }) => deleteFollow(deps, { actorId: people.follower.id, userId: people.owner.id }),
    hides: "post",
  },
  {
    label: "blocked",
    reader: "follower",
    close: (deps, { people }) => createBlock(deps, { actorId: people.owner.id, userId: people.follower.id }),
    hides: "person",
    isOpenToStrangers: true,
  },
  {
    label: "blocker",
    reader: "follower",
    close: (deps, { people }) => createBlock(deps, { actorId: people.follower.id, userId: people.owner.id }),
    hides: "words",
    isOpenToStrangers: true,
  },
  {
    label: "suspended",
    reader: "follower",
    close: (deps, { people }) => suspend(deps, { userId: people.owner.id }),
    hides: "person",
  },
  {
    label: "deletedpost",
    reader: "follower",
    close: (deps, { people, postId }) => deletePost(deps, { actorId: people.owner.id, postId }),
    hides: "post",
  },
  {
    label: "deletedowner",
    reader: "follower",
    close: (deps, { people }) => deleteAccount(deps, { actorId: people.owner.id, password }),
    hides: "person",
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
let deps: Deps;

beforeAll(async () => {
  server = await openTestServer();
  deps = server.deps;
});

afterAll(() => server.close());

function statusOf(url: string): Promise<number> {
  return server.app.inject({ method: "GET", url }).then((answer) => answer.statusCode);
}

describe.each(closings)(
  "a post that is $label",
  ({ label, reader: name, prepare, close, hides, isOpenToStrangers }) => {
    let world: World;
    let before: Door[];
    let firstPages: Door[];
    let hidden: string[];

    beforeAll(async () => {
      world = await createWorld(deps, { label });
      await prepare?.(deps, world);
      await workOff(deps);
      const marks = marksOf({ world, reader: world.people[name] });
      const words = hides === "post" ? [] : marks.away;
      hidden = [...marks.texts, ...marks.ids, ...words, ...(hides === "person" ? marks.person : [])];
      // The second time, caches are warm.
      for (let round = 0; round < 2; round += 1) {
        for (const who of [name, "friend"] as const) before = await readAs(who);
        await settleRebuilds(deps);
      }
      before = await readAs(name);
      firstPages = await readFirstPages(deps, { doors: before, reader: world.people[name] });
    });

    function readAs(who: typeof name | "friend"): Promise<Door[]> {
      return readEverything(deps, { world, reader: world.people[who] });
    }

    test("shows through every door to who may see it", async () => {
      const shown = new Set(listLeaks(before, hidden).map((leak) => leak.split(":")[0]));
      expect([...wideOpen, ...(name === "follower" ? ["feed.home"] : [])].filter((path) => !shown.has(path))).toEqual(
        [],
      );
      const urls = listPictureUrls(before);
      expect(urls.length).toBeGreaterThan(0);
      for (const url of urls) expect(await statusOf(url)).toBe(200);
    });

    describe("and then closed", () => {
      beforeAll(async () => {
        await close(deps, world);
        // Whoever still may reads first, and warms what there is to warm.
        await readAs("friend");
      });

      async function expectClosed(): Promise<void> {
        const me = world.people[name];
        const { ids } = marksOf({ world, reader: me });
        const doors = [...(await readAs(name)), ...(await readOn(deps, { doors: firstPages, reader: me }))];
        expect(listLeaks(doors, hidden)).toEqual([]);
        expect(listOpened(doors, ids)).toEqual([]);
        if (isOpenToStrangers === true) return;
        const strange = await readEverything(deps, { world, reader: null });
        expect(listLeaks(strange, hidden)).toEqual([]);
      }

      test("shows through none, at once", expectClosed);

      test("its pictures are gone for who has no signature", async () => {
        if (isOpenToStrangers === true) return;
        const urls = listPictureUrls(before).map((url) => url.split("?")[0] ?? url);
        for (const url of urls) expect(await statusOf(url)).toBe(404);
      });

      test("shows through none when all that follows has been done, nor in the reader's archive", async () => {
        const accessToken = world.people[name].accessToken;
        await callAs(deps, { path: "auth.requestExport", input: undefined, accessToken });
        await workOff(deps);
        await expectClosed();
        const { ending } = { ending: await callAs(deps, { path: "auth.export", input: undefined, accessToken }) };
        const url = /\/export\/[^"]+/.exec(ending.isOk ? JSON.stringify(ending.answer) : "")?.[0] ?? "";
        const archive = await server.app.inject({ method: "GET", url });
        expect(archive.statusCode).toBe(200);
        const { texts, away } = marksOf({ world, reader: world.people[name] });
        expect([...texts, ...away].filter((text) => archive.body.includes(text))).toEqual([]);
      });
    });
  },
);
