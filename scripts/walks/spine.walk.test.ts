// The spine through every layer, with server and worker as separate processes: what bob does reaches alice live, and
// what happens while her connection is cut reaches her afterwards, exactly once, in order.

import { waitFor } from "@pixora/api/testing";
import type { RouterOutputs } from "@pixora/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCuttableProxy } from "./cuttable-proxy.ts";
import { type App, type House, openHouse } from "./house.ts";

type LiveEvent = { type: string; notification?: { type: string; actor: { handle: string } } };

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse();
  [server] = await Promise.all([house.startServer(), house.startWorker()]);
});

afterAll(() => house.close());

describe.each(["websocket", "sse"] as const)("live events over %s", (transport) => {
  test("a like, a comment and a follow arrive within a second; after a cut, exactly the missed ones, in order", async () => {
    const proxy = await startCuttableProxy(server.port);
    const alice = await house.signUp(server, `alice_${transport}`, { url: proxy.url, transport });
    const bob = await house.signUp(server, `bob_${transport}`);
    const events: { event: LiveEvent; atMs: number; id: string }[] = [];
    const stream = alice.pixora.live.onEvent.subscribe(undefined, {
      onData: ({ id, data }) => events.push({ event: data as LiveEvent, id, atMs: performance.now() }),
      onError: (error) => expect.unreachable(String(error)),
    });
    const created = () => events.filter(({ event }) => event.type === "notification.created");
    await waitFor("the stream to be ready", () => events.some(({ event }) => event.type === "ready"));

    const post = await alice.pixora.post.create.mutate({ caption: "a picture of the sea" });
    const causes: (() => Promise<unknown>)[] = [
      () => bob.pixora.like.create.mutate({ postId: post.id }),
      () => bob.pixora.comment.create.mutate({ postId: post.id, text: "so blue" }),
      () => bob.pixora.follow.create.mutate({ userId: alice.id }),
    ];
    for (const [index, cause] of causes.entries()) {
      await cause();
      const answeredAtMs = performance.now();
      await waitFor("the event", () => created().length === index + 1, { everyMs: 2 });
      expect((created()[index]?.atMs ?? 0) - answeredAtMs).toBeLessThan(1_000);
    }
    expect(created().map(({ event }) => event.notification?.type)).toEqual(["LIKE", "COMMENT", "FOLLOW"]);
    expect(created()[0]?.event.notification?.actor.handle).toBe(`bob_${transport}`);

    proxy.refuse();
    const comment = (await bob.pixora.comment.list.query({ postId: post.id })).items[0];
    const missed: RouterOutputs["comment"]["create"][] = [];
    for (const text of ["one", "two", "three"]) {
      missed.push(await bob.pixora.comment.create.mutate({ postId: post.id, text }));
    }
    await waitFor("the worker to make them", async () => {
      const { rows } = await house.pool.query('select count(*)::int as n from notifications where "receiverId" = $1', [
        alice.id,
      ]);
      return rows[0].n === 6;
    });
    expect(created()).toHaveLength(3);
    proxy.accept();
    await waitFor("the missed events", () => created().length >= 6);
    const ids = events.filter(({ event }) => event.type.startsWith("notification.")).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort((a, b) => Number(a) - Number(b)));
    expect(created()).toHaveLength(6);
    expect(comment?.text).toBe("so blue");
    expect(missed).toHaveLength(3);

    stream.unsubscribe();
    proxy.close();
  });
});
