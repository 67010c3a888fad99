// like-hot: many people like one post, and take their likes back. Against one statement a like, against the batcher with
// nothing around it, and against a bare tRPC procedure on that batcher. Each side has a post of its own.
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, ratioOf, type Sample } from "../harness/rounds.ts";
import { signInAll } from "../harness/sessions.ts";
import {
  bareLikes,
  dropFacts,
  likeCalls,
  measureBatcher,
  pickPosts,
  prepareBatcher,
  requireExactCounts,
  trpcLikes,
} from "./likes.ts";

export const data = "demo";

const likers = 2_048;

export async function run(bench: Bench): Promise<Report> {
  const posts = await pickPosts(bench, 4);
  const { rows } = await bench.pool.query<{ id: string }>(
    "select id from users where not is_private and suspended_at is null order by hashint8(id) limit $1",
    [likers],
  );
  const callers = await signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
  const callsOf = (index: number) => likeCalls(callers.map((caller) => ({ caller, postId: posts[index] ?? "" })));
  const [server, single, batcher, trpc] = await Promise.all([
    bench.startServer(),
    bench.startBare("like"),
    bench.startBare("like-batcher"),
    bench.startBare("like-trpc"),
  ]);
  bench.generator.prepare("pixora", trpcLikes(callsOf(0)));
  bench.generator.prepare("one statement a like", bareLikes(callsOf(1)));
  await prepareBatcher(batcher, callsOf(2));
  bench.generator.prepare("bare tRPC on the batcher", trpcLikes(callsOf(3)));
  const sides = [
    { name: "pixora", program: server },
    { name: "one statement a like", program: single },
    { name: "batcher alone", program: batcher },
    { name: "bare tRPC on the batcher", program: trpc },
  ];
  const samples = await interleave(bench, sides, async (side) => {
    await dropFacts(bench);
    if (side.program === batcher) return measureBatcher(bench, batcher);
    return measureSide(bench, { ...side, requests: side.name });
  });
  await requireExactCounts(bench, posts);
  const ratioTo = (side: string) => ratioOf(samples, ["pixora", side], (sample: Sample) => sample.perSecond);
  return {
    rows: sides.map((side) => sideRow(samples, side.name)),
    claims: [
      { what: "likes/s, times one statement a like", value: ratioTo("one statement a like"), atLeast: 3 },
      { what: "likes/s, of the batcher alone", value: ratioTo("batcher alone"), atLeast: 0.3 },
      { what: "likes/s, of bare tRPC on the batcher", value: ratioTo("bare tRPC on the batcher"), atLeast: 0.8 },
    ],
    figures: { "counters equal to rows": "all" },
  };
}
