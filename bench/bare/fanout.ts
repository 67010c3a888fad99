// The lower bound of fan-out: one post, pushed to the lists of an author's followers who have one. One statement reads the
// followers, already joined by bucket; a script pushes to 500 lists a call. No queue, no facts, no second thought.
import { createHash } from "node:crypto";
import { openBare } from "./start.ts";

const { app, redis, query, listen } = openBare();
const callSize = 500;

const pushScript = `
  local pushed = 0
  for i = 1, #KEYS do
    local length = redis.call('LPUSHX', KEYS[i], ARGV[1])
    if length > 0 then pushed = pushed + 1 end
    if length > 420 then redis.call('LTRIM', KEYS[i], 0, 399) end
  end
  return pushed`;
const pushSha = createHash("sha1").update(pushScript).digest("hex");
redis.on("ready", () => void redis.script("LOAD", pushScript));

const followersSql = `select string_agg(follower_id::text, ',') as readers from follows where followee_id = $1
  group by follower_id & 15`;

app.post<{ Body: { authorId: string; postId: string } }>("/fan", async (request) => {
  const { authorId, postId } = request.body;
  const rows = await query<{ readers: string }>(followersSql, [authorId]);
  const calls: Promise<unknown>[] = [];
  for (const { readers } of rows) {
    const keys = readers.split(",").map((readerId) => `bare:feed:${readerId}`);
    for (let at = 0; at < keys.length; at += callSize) {
      const part = keys.slice(at, at + callSize);
      calls.push(redis.evalsha(pushSha, part.length, ...part, postId));
    }
  }
  const pushed = await Promise.all(calls);
  return { pushed: pushed.reduce<number>((sum, count) => sum + Number(count), 0) };
});
await listen();
