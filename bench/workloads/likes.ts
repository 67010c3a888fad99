// What the two like workloads share: who likes what, as requests of each side, and the check that no like was lost.

import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../harness/bench.ts";
import { cpuBetween } from "../harness/cpu.ts";
import type { Program } from "../harness/program.ts";
import { readCpu, type Sample } from "../harness/rounds.ts";
import type { Caller } from "../harness/sessions.ts";
import { type PreparedRequest, requestText, trpcRequest } from "../load/plan.ts";

/** One like that is to be set or taken back. */
export interface LikeCall {
  caller: Caller;
  postId: string;
  isSet: boolean;
}

/** Each pair is liked by all in turn, then taken back by all in turn, over and over: every call changes something. */
export function likeCalls(pairs: readonly { caller: Caller; postId: string }[]): LikeCall[] {
  return [true, false].flatMap((isSet) => pairs.map((pair) => ({ ...pair, isSet })));
}

function expected(call: LikeCall): string {
  return `"isLiked":${call.isSet},"likeCount":`;
}

/** As Pixora's client sends them, and a bare tRPC program takes them. */
export function trpcLikes(calls: readonly LikeCall[]): PreparedRequest[] {
  return calls.map((call) => ({
    text: trpcRequest({
      path: call.isSet ? "like.create" : "like.delete",
      token: call.caller.token,
      input: { postId: call.postId },
      isMutation: true,
    }),
    expect: expected(call),
  }));
}

export function bareLikes(calls: readonly LikeCall[]): PreparedRequest[] {
  return calls.map((call) => ({
    text: requestText({
      path: call.isSet ? "/like" : "/unlike",
      token: call.caller.token,
      body: { postId: call.postId },
    }),
    expect: expected(call),
  }));
}

/** Likes leave facts, which no worker takes here: without them gone, each round would write to a larger table. */
export async function dropFacts(bench: Bench): Promise<void> {
  await bench.pool.query("truncate outbox");
}

/** Throws unless each of these posts counts exactly its likes. */
export async function requireExactCounts(bench: Bench, postIds: readonly string[]): Promise<void> {
  const { rows } = await bench.pool.query<{ post_id: string; like_count: number; rows: string }>(
    `select post_id, like_count, (select count(*) from post_likes l where l.post_id = c.post_id) as rows
     from post_counts c where post_id = any ($1)`,
    [postIds],
  );
  const wrong = rows.filter((row) => row.like_count !== Number(row.rows));
  if (wrong.length > 0) throw new Error(`counters that are wrong: ${JSON.stringify(wrong.slice(0, 5))}`);
}

/** Posts of public accounts, the same for every run. */
export async function pickPosts(bench: Bench, count: number): Promise<string[]> {
  const { rows } = await bench.pool.query<{ id: string }>(
    `select p.id from posts p join users u on u.id = p.author_id
     where p.visibility = 'public' and p.deleted_at is null and not u.is_private
     order by hashint8(p.id) limit $1`,
    [count],
  );
  return rows.map((row) => row.id);
}

async function get<Answer>(program: Program, path: string): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${program.port}${path}`);
  if (!answer.ok) throw new Error(`${program.name} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

/** Tells the batcher without a server what to like. */
export async function prepareBatcher(program: Program, calls: readonly LikeCall[]): Promise<void> {
  const body = calls.map(({ caller, postId, isSet }) => ({
    actorId: caller.userId,
    sessionId: null,
    targetId: postId,
    isSet,
  }));
  const answer = await fetch(`http://127.0.0.1:${program.port}/calls`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${program.name} answered ${answer.status}`);
}

/** Measures the batcher in its own process. */
export async function measureBatcher(bench: Bench, program: Program): Promise<Sample> {
  const { connections, warmUpSeconds, seconds } = bench.options;
  await get(program, `/start?connections=${connections}`);
  await sleep(warmUpSeconds * 1_000);
  const [before, cpuBefore] = [await get<{ count: number }>(program, "/count"), readCpu(bench, [program])];
  const startedMs = performance.now();
  await sleep(seconds * 1_000);
  const [after, cpuAfter] = [await get<{ count: number }>(program, "/count"), readCpu(bench, [program])];
  const measuredMs = performance.now() - startedMs;
  await get(program, "/stop");
  const count = after.count - before.count;
  const cpu = Object.entries(cpuBetween(cpuBefore, cpuAfter)).map(([part, us]) => [part, us / count]);
  const none = { p50Ms: Number.NaN, p99Ms: Number.NaN, errors: 0, lagP99Ms: 0 };
  return { ...none, perSecond: count / (measuredMs / 1_000), cpuUs: Object.fromEntries(cpu) };
}
