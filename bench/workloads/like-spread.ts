// like-spread: likes of many different posts, taken back and set again, against one statement a like. Here nothing meets on
// one row; what is left is what a statement and a commit of one's own cost.
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, ratioOf } from "../harness/rounds.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { bareLikes, dropFacts, likeCalls, pickPosts, requireExactCounts, trpcLikes } from "./likes.ts";

export const data = "scale";

const likers = 2_048;
const pairsPerSide = 8_192;

export async function run(bench: Bench): Promise<Report> {
  const posts = await pickPosts(bench, 2 * pairsPerSide);
  const callers = await pickLikers(bench);
  const [server, single] = await Promise.all([bench.startServer(), bench.startBare("like")]);
  const callsFrom = (start: number) =>
    likeCalls(
      posts.slice(start, start + pairsPerSide).flatMap((postId, index) => {
        const caller = callers[index % callers.length];
        return caller === undefined ? [] : [{ caller, postId }];
      }),
    );
  bench.generator.prepare("pixora", trpcLikes(callsFrom(0)));
  bench.generator.prepare("one statement a like", bareLikes(callsFrom(pairsPerSide)));
  const sides = [
    { name: "pixora", program: server, requests: "pixora" },
    { name: "one statement a like", program: single, requests: "one statement a like" },
  ];
  const samples = await interleave(bench, sides, async (side) => {
    await dropFacts(bench);
    return measureSide(bench, side);
  });
  await requireExactCounts(bench, posts);
  const names: [string, string] = ["pixora", "one statement a like"];
  return {
    rows: sides.map((side) => sideRow(samples, side.name)),
    claims: [],
    figures: {
      "likes/s, times one statement a like": ratioOf(samples, names, (sample) => sample.perSecond),
      "PostgreSQL CPU, of one statement a like": ratioOf(samples, names, (sample) => sample.cpuUs.postgres ?? 0),
      "counters equal to rows": "all",
    },
  };
}

/** People who have liked little, and block nobody: each of their likes is a change. */
async function pickLikers(bench: Bench): Promise<Caller[]> {
  const { rows } = await bench.pool.query<{ id: string }>(
    `select p.id from bench.people p where kind = '300 dormant' or kind = '300' or (kind = 'person'
       and not exists (select from post_likes l where l.user_id = p.id)
       and not exists (select from blocks b where p.id in (b.blocker_id, b.blocked_id)))
     order by kind = 'person', number limit $1`,
    [likers],
  );
  return signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
}
