// feed-redis-down: Redis is stopped under load. Pages must stay the same and no call may fail; then how fast they come.
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, ratioOf } from "../harness/rounds.ts";
import { barePages, fetchPages, pixoraPages, signInReaders, warmWindows } from "./feed-readers.ts";

export const data = "scale";

const comparedPages = 300;

export async function run(bench: Bench): Promise<Report> {
  const readers = await signInReaders(bench, ["30", "300", "1000"]);
  const [server, bare] = await Promise.all([bench.startServer(), bench.startBare("feed")]);
  const requests = pixoraPages(readers);
  await warmWindows(server.port, requests);
  bench.generator.prepare("pixora", requests);
  bench.generator.prepare("bare", barePages(readers, "/cold"));
  const pixora = { name: "pixora", program: server, requests: "pixora" };
  const before = await fetchPages(server, requests.slice(0, comparedPages));
  const stopping = sleep(1_000 * (bench.options.warmUpSeconds + bench.options.seconds / 2)).then(() =>
    bench.services.stopRedis(),
  );
  const whileStopping = await measureSide(bench, pixora);
  await stopping;
  const after = await fetchPages(server, requests.slice(0, comparedPages));
  const differing = before.filter((page, index) => JSON.stringify(page) !== JSON.stringify(after[index])).length;
  const sides = [pixora, { name: "bare", program: bare, requests: "bare" }];
  const samples = await interleave(bench, sides, (side) => measureSide(bench, side));
  await bench.services.startRedisAgain();
  const errors = (samples.get("pixora") ?? []).reduce((sum, sample) => sum + sample.errors, whileStopping.errors);
  return {
    rows: sides.map((side) => sideRow(samples, side.name)),
    claims: [
      { what: "failed calls, the stop of Redis included", value: errors, atMost: 0 },
      { what: `pages that differ without Redis, of ${comparedPages}`, value: differing, atMost: 0 },
      {
        what: "PostgreSQL CPU, times the lower bound",
        value: ratioOf(samples, ["pixora", "bare"], (sample) => sample.cpuUs.postgres ?? 0),
        atMost: 1.5,
      },
    ],
    figures: {
      "p99 ms in the seconds around the stop": whileStopping.p99Ms,
      "req/s, of the lower bound": ratioOf(samples, ["pixora", "bare"], (sample) => sample.perSecond),
    },
  };
}
