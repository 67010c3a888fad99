// An app that is closed and started again: with a store for the last event, live.onEvent goes on where it was left.
import { waitFor } from "@pixora/api/testing";
import { createPixora, type LastEventStore, memorySession, type Pixora } from "@pixora/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, type House, openHouse } from "./house.ts";

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse();
  [server] = await Promise.all([house.startServer(), house.startWorker()]);
});

afterAll(() => house.close());

/** Keeps the id, as slowly as some storages of phones do. */
function slowStore(initial: string | null = null): LastEventStore & { kept(): string | null } {
  let kept = initial;
  return {
    kept: () => kept,
    load: async () => kept,
    async save(id) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      kept = id;
    },
  };
}

function listen(pixora: Pixora): { id: string; type: string }[] {
  const heard: { id: string; type: string }[] = [];
  pixora.live.onEvent.subscribe(undefined, { onData: ({ id, data }) => heard.push({ id, type: data.type }) });
  return heard;
}

test.each(["websocket", "sse"] as const)(
  "an app that starts again hears exactly what it missed, over %s",
  async (transport) => {
    const [session, lastEvent] = [memorySession(), slowStore()];
    const { pixora: first, id } = await house.signUp(server, `reader_${transport}`, { session, lastEvent, transport });
    const { pixora: friend } = await house.signUp(server, `friend_${transport}`);
    const { id: postId } = await first.post.create.mutate({ caption: "read me" });
    const before = listen(first);
    await waitFor("ready", () => before.length === 1);
    for (const text of ["one", "two", "three"]) await friend.comment.create.mutate({ postId, text });
    await waitFor("three events, the last of them kept", () => before.length === 4 && lastEvent.kept() === "3");
    await first.close();

    await friend.like.create.mutate({ postId });
    await friend.follow.create.mutate({ userId: id });
    await waitFor("what is missed to be told", async () => {
      const { rows } = await house.pool.query("select seq from live_heads where user_id = $1", [id]);
      return rows[0]?.seq === "5";
    });
    const second = createPixora({ url: server.url, session, lastEvent, transport });
    const after = listen(second);
    await waitFor("ready", () => after.some((event) => event.type === "ready"));
    await friend.comment.create.mutate({ postId, text: "four" });
    await waitFor("the newest", () => after.length === 4);
    expect([...before, ...after].map((event) => `${event.id} ${event.type}`)).toEqual([
      "0 ready",
      ...["1", "2", "3", "4", "5"].map((seq) => `${seq} notification.created`),
      "5 ready",
      "6 notification.created",
    ]);
    await second.close();
  },
);

test("a store that gives back nonsense, or fails, costs a resync and nothing more", async () => {
  const failing: LastEventStore = {
    load: () => "yesterday",
    save: () => Promise.reject(new Error("the disk is full")),
  };
  const { pixora } = await house.signUp(server, "forgetful", { lastEvent: failing });
  const { pixora: friend } = await house.signUp(server, "memorable");
  const { id: postId } = await pixora.post.create.mutate({ caption: "still here" });
  const heard = listen(pixora);
  await waitFor("ready", () => heard.length === 2);
  await friend.like.create.mutate({ postId });
  await waitFor("the like", () => heard.length === 3);
  expect(heard.map((event) => event.type)).toEqual(["resync", "ready", "notification.created"]);
});
