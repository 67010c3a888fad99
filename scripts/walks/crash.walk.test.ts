// kill -9 of the worker and of the server in the middle of likes, and an emptied Redis: what was acknowledged stays,
// and in the end every like by another has exactly one notification.

import { waitFor } from "@pixora/api/testing";
import { isConnectionError } from "@pixora/client";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type House, openHouse } from "./house.ts";

const likers = 20;
const posts = 25;

let house: House;

beforeAll(async () => {
  house = await openHouse({ hasOwnRedis: true });
});

afterAll(() => house.close());

async function count(sql: string): Promise<number> {
  const { rows } = await house.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`);
  return rows[0]?.n ?? -1;
}

test("500 likes under kill -9 and FLUSHALL: every acknowledged like has its row and exactly one notification", async () => {
  let server = await house.startServer();
  let worker = await house.startWorker();
  const author = await house.signUp(server, "author");
  const people = await Promise.all(Array.from({ length: likers }, (_, n) => house.signUp(server, `liker${n}`)));
  const ids: string[] = [];
  for (let n = 0; n < posts; n += 1) ids.push((await author.pixora.post.create.mutate({ caption: `post ${n}` })).id);

  const acknowledged: { actorId: string; postId: string }[] = [];
  let answered = 0;
  const likes = people.flatMap(({ pixora, id: actorId }) =>
    ids.map(async (postId) => {
      try {
        await pixora.like.create.mutate({ postId });
        acknowledged.push({ actorId, postId });
      } catch (error) {
        // A call that outlived its retries while the server was away was not acknowledged.
        if (!isConnectionError(error)) throw error;
      } finally {
        answered += 1;
      }
    }),
  );
  const redis = new Redis(house.redisUrl);
  await waitFor("the first likes", () => answered > 20, { everyMs: 1 });
  await Promise.all([server.end("SIGKILL"), worker.end("SIGKILL")]);
  await redis.flushall();
  [server, worker] = await Promise.all([house.startServer({ port: server.port }), house.startWorker()]);
  await waitFor("more likes", () => answered > 120, { everyMs: 1 });
  await worker.end("SIGKILL");
  await redis.flushall();
  worker = await house.startWorker();
  await Promise.all(likes);
  redis.disconnect();

  await waitFor("an empty outbox", async () => (await count("outbox")) === 0, { timeoutMs: 90_000, everyMs: 100 });
  const { rows } = await house.pool.query<{ key: string }>("select user_id || '/' || post_id as key from post_likes");
  const stored = new Set(rows.map((row) => row.key));
  expect(acknowledged.filter((like) => !stored.has(`${like.actorId}/${like.postId}`))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(300);
  expect(await count("notifications where type = 'LIKE'")).toBe(stored.size);
  expect(
    await count(`post_likes l where not exists (select from notifications n where n.type = 'LIKE'
                   and n."actorId" = l.user_id and n."postId" = l.post_id)`),
  ).toBe(0);
  expect(
    await count(`post_counts c where c.like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)`),
  ).toBe(0);
  expect(
    await count(`live_heads h where h.unread <> (select count(*) from notifications n
                   where n."receiverId" = h.user_id and not n.read)`),
  ).toBe(0);
  expect(await count("dead_letters")).toBe(0);
}, 150_000);
