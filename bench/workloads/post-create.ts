// post-create: 400 people publish captions with words and tags through full tRPC. Meant for `--against` the commit before a
// change of what a post writes; its bytes in tables and indexes are told, too.
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, medianOf } from "../harness/rounds.ts";
import { signInAll } from "../harness/sessions.ts";
import { trpcRequest } from "../load/plan.ts";

export const data = "demo";

const people = 400;
const words = "a quiet morning by the lake with fog over the water and nobody else around for miles".split(" ");

export async function run(bench: Bench): Promise<Report> {
  const server = await bench.startServer();
  const { rows } = await bench.pool.query<{ id: string }>("select id from users order by id limit $1", [people]);
  const callers = await signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
  const requests = callers.map(({ token }, index) => {
    const caption = `${[...words.slice(index % 10), `w${index}`].join(" ")} #morning #tag${index % 50}`;
    return {
      text: trpcRequest({ path: "post.create", token, input: { caption }, isMutation: true }),
      expect: '"rev":',
    };
  });
  bench.generator.prepare("post.create", requests);
  const side = { name: "post.create", program: server, requests: "post.create" };
  const samples = await interleave(bench, [side], () => measureSide(bench, side));
  const errors = medianOf(samples, side.name, (sample) => sample.errors);
  return {
    rows: [sideRow(samples, side.name)],
    claims: [{ what: "failed calls", value: errors, atMost: 0 }],
  };
}
