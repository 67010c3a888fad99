// comments-deep: a page of a post's comments at depth 900,000 beside its first page, in all three orders, and beside a
// bare program in the usual one.
import { z } from "zod";
import { encodeCursor } from "../../packages/api/src/platform/call/cursor.ts";
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, ratioOf, type Side } from "../harness/rounds.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { type PreparedRequest, requestText, trpcRequest } from "../load/plan.ts";
import { requireSamePages } from "./feed-readers.ts";

export const data = "scale";

const connections = 4;
const readers = 64;
/** Share of all comments that lie before the deep page. */
const depthShare = 0.9;

const orders = {
  newest: "id desc",
  oldest: "id",
  top: "like_count desc, id desc",
} as const;
type Sort = keyof typeof orders;

/** The last comment before a page, and its likes. */
type Position = [id: string, likeCount: number];

export async function run(bench: Bench): Promise<Report> {
  const [server, bare] = await Promise.all([bench.startServer(), bench.startBare("comments")]);
  const callers = await pickCallers(bench);
  const { postId, depth } = await findDeepPost(bench);
  const sides: Side[] = [];
  for (const sort of Object.keys(orders) as Sort[]) {
    const position = await findPosition(bench, { postId, depth, sort });
    for (const [name, at] of [
      [`${sort}, page 1`, null],
      [`${sort}, deep`, position],
    ] as const) {
      bench.generator.prepare(name, pixoraRequests(callers, { postId, sort, at }));
      sides.push({ name, program: server, requests: name });
    }
    if (sort !== "newest") continue;
    await compare(bench, { server, bare, callers, postId, position });
    bench.generator.prepare("bare newest, page 1", bareRequests(callers, { postId, at: null }));
    bench.generator.prepare("bare newest, deep", bareRequests(callers, { postId, at: position }));
  }
  for (const name of ["bare newest, page 1", "bare newest, deep"]) sides.push({ name, program: bare, requests: name });
  const samples = await interleave(bench, sides, (side) => measureSide(bench, side, { connections }));
  return {
    rows: sides.map((side) => sideRow(samples, side.name)),
    claims: (Object.keys(orders) as Sort[]).map((sort) => ({
      what: `${sort}: p50 at depth ${depth}, times page 1`,
      value: ratioOf(samples, [`${sort}, deep`, `${sort}, page 1`], (sample) => sample.p50Ms),
      atMost: 1.2,
    })),
    figures: {
      "newest, page 1: req/s, of the lower bound": ratioOf(
        samples,
        ["newest, page 1", "bare newest, page 1"],
        (sample) => sample.perSecond,
      ),
    },
  };
}

async function compare(
  bench: Bench,
  input: { server: Side["program"]; bare: Side["program"]; callers: Caller[]; postId: string; position: Position },
): Promise<void> {
  const { callers, postId } = input;
  for (const at of [null, input.position]) {
    await requireSamePages(
      { program: input.server, requests: pixoraRequests(callers, { postId, sort: "newest", at }) },
      { program: input.bare, requests: bareRequests(callers, { postId, at }) },
      10,
    );
  }
  bench.log("both sides answer the same pages");
}

async function pickCallers(bench: Bench): Promise<Caller[]> {
  const { rows } = await bench.pool.query<{ id: string }>(
    "select id from bench.people where kind = 'person' order by bench.draw(number, 92) limit $1",
    [readers],
  );
  return signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
}

async function findDeepPost(bench: Bench): Promise<{ postId: string; depth: number }> {
  const { rows } = await bench.pool.query<{ id: string; count: number }>(
    "select p.id, c.comment_count as count from bench.deep_post p join post_counts c on c.post_id = p.id",
  );
  const [post] = rows;
  if (post === undefined) throw new Error("the data has no deep post");
  return { postId: post.id, depth: Math.floor(post.count * depthShare) };
}

async function findPosition(bench: Bench, input: { postId: string; depth: number; sort: Sort }): Promise<Position> {
  const { rows } = await bench.pool.query<{ id: string; like_count: number }>(
    `select id, like_count from comments join comment_counts on comment_id = id
     where post_id = $1 order by ${orders[input.sort]} offset $2 limit 1`,
    [input.postId, input.depth - 1],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the deep post has too few comments");
  return [row.id, input.sort === "top" ? row.like_count : 0];
}

const position = z.tuple([z.string(), z.int()]);

function pixoraRequests(
  callers: readonly Caller[],
  input: { postId: string; sort: Sort; at: Position | null },
): PreparedRequest[] {
  const { postId, sort, at } = input;
  const kind = { list: "comment.list", position };
  const cursor = at === null ? null : encodeCursor(kind, { input: { postId, sort }, position: at });
  return callers.map(({ token }) => ({
    text: trpcRequest({ path: "comment.list", token, input: { postId, sort, cursor } }),
    expect: '"replyCount":',
  }));
}

function bareRequests(callers: readonly Caller[], input: { postId: string; at: Position | null }): PreparedRequest[] {
  const path = `/comments?postId=${input.postId}${input.at === null ? "" : `&before=${input.at[0]}`}`;
  return callers.map(({ token }) => ({ text: requestText({ path, token }), expect: '"replyCount":' }));
}
