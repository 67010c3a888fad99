// Tokens that die under a live stream: the server asks for a new one in time, and the SDK goes on after its last event.
import { waitFor } from "@pixora/api/testing";
import { createPixora, type Pixora } from "@pixora/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, type House, openHouse } from "./house.ts";

const lifeSeconds = 5;
/** Long enough for each token to be replaced several times. */
const listenMs = 10_000;

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse({ env: { ACCESS_TOKEN_LIFE_SECONDS: String(lifeSeconds) } });
  [server] = await Promise.all([house.startServer(), house.startWorker()]);
});

afterAll(() => house.close());

interface Listener {
  pixora: Pixora;
  /** The notifications that came, by their comment, with the event's id and when it came. */
  heard: { commentId: string | null; id: string; atMs: number }[];
  /** Types of all events. */
  types: string[];
  errors: unknown[];
}

function listen(pixora: Pixora): Listener {
  const listener: Listener = { pixora, heard: [], types: [], errors: [] };
  pixora.live.onEvent.subscribe(undefined, {
    onData({ id, data }) {
      listener.types.push(data.type);
      if (data.type !== "notification.created") return;
      listener.heard.push({ commentId: data.notification.commentId, id, atMs: performance.now() });
    },
    onError: (error) => listener.errors.push(error),
  });
  return listener;
}

test("a stream outlives its tokens: every event comes once, in order", async () => {
  const connections = { websocket: 0, sse: 0 };
  let refreshes = 0;
  class CountedSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      connections.websocket += 1;
    }
  }
  const countedFetch: typeof fetch = (input, init) => {
    if (String(input).includes("live.onEvent")) connections.sse += 1;
    if (String(input).includes("auth.refresh")) refreshes += 1;
    return fetch(input, init);
  };
  const ann = await house.signUp(server, "ann", { WebSocket: CountedSocket, fetch: countedFetch });
  const other = createPixora({ url: server.url, transport: "sse", fetch: countedFetch });
  await other.auth.signIn.mutate({ login: "ann", password: "ann-long-password" });
  const bob = await house.signUp(server, "bob");
  const post = await ann.pixora.post.create.mutate({ caption: "say something" });
  const listeners = [listen(ann.pixora), listen(other)];
  await waitFor("ready", () => listeners.every(({ types }) => types.includes("ready")));
  refreshes = 0;

  const said: { id: string; atMs: number }[] = [];
  const startMs = performance.now();
  while (performance.now() - startMs < listenMs) {
    const { id } = await bob.pixora.comment.create.mutate({ postId: post.id, text: `word ${said.length}` });
    said.push({ id, atMs: performance.now() });
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  await waitFor("the last one", () => listeners.every(({ heard }) => heard.at(-1)?.commentId === said.at(-1)?.id), {
    timeoutMs: 30_000,
  });
  for (const { heard, errors } of listeners) {
    expect(errors).toEqual([]);
    expect(heard.map(({ commentId }) => commentId)).toEqual(said.map(({ id }) => id));
    expect(heard.map(({ id }) => id)).toEqual(said.map((_, index) => String(index + 1)));
  }
  expect(connections.websocket).toBeGreaterThanOrEqual(3);
  expect(connections.sse).toBeGreaterThanOrEqual(3);
  expect(refreshes).toBeGreaterThan(5);
  const delays = listeners.map(({ heard }) =>
    Math.round(Math.max(...heard.map(({ atMs }, index) => atMs - (said[index]?.atMs ?? 0)))),
  );
  console.log(`renewal: ${said.length} events, slowest ${delays} ms; ${JSON.stringify({ connections, refreshes })}`);
  await other.close();
}, 60_000);
