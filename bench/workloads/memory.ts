// memory: a mixed load on one server, with sockets that come and go; its memory after forced garbage collections, at equal
// distances. Flat means: the last third is no higher than the second.
import type { Bench } from "../harness/bench.ts";
import { pixoraSocket, startLiveClients } from "../harness/live.ts";
import type { Report } from "../harness/report.ts";
import { measureSide } from "../harness/rounds.ts";
import type { Caller } from "../harness/sessions.ts";
import { median } from "../harness/stats.ts";
import { type PreparedRequest, trpcRequest } from "../load/plan.ts";
import { dropFacts } from "./likes.ts";
import { type Audience, pickAudience } from "./receivers.ts";

export const data = "demo";

const intervals = 12;
const people = 500;
const socketsAtOnce = 100;
const mebibyte = 1_048_576;

export async function run(bench: Bench): Promise<Report> {
  const audience = await pickAudience(bench, { receivers: people, likers: people });
  const server = await bench.startServer();
  const clients = startLiveClients();
  bench.generator.prepare("mixed", mixedRequests(audience));
  const side = { name: "pixora", program: server, requests: "mixed" };
  const rows: { interval: number; requests: number; "heap MiB": number; "resident MiB": number; errors: number }[] = [];
  let requests = 0;
  for (let interval = 0; interval < intervals; interval += 1) {
    await clients.open(audience.receivers.slice(0, socketsAtOnce).map((caller) => socketOf(server.port, caller)));
    const sample = await measureSide(bench, side);
    await clients.close();
    await dropFacts(bench);
    requests += Math.round(sample.perSecond * bench.options.seconds);
    const { heapUsedBytes, residentBytes } = await server.readMemory();
    rows.push({
      interval: interval + 1,
      requests,
      "heap MiB": heapUsedBytes / mebibyte,
      "resident MiB": residentBytes / mebibyte,
      errors: sample.errors,
    });
    bench.log(`interval ${interval + 1} of ${intervals}: ${Math.round(heapUsedBytes / mebibyte)} MiB`);
  }
  const third = intervals / 3;
  const heapOf = (part: number) => median(rows.slice(part * third, (part + 1) * third).map((row) => row["heap MiB"]));
  return {
    rows,
    claims: [
      { what: "heap of the last third, times the second", value: heapOf(2) / heapOf(1), atMost: 1.05 },
      { what: "failed calls", value: rows.reduce((sum, row) => sum + row.errors, 0), atMost: 0 },
    ],
    figures: { "requests in all": requests, "sockets opened in all": intervals * socketsAtOnce },
  };
}

function socketOf(port: number, caller: Caller) {
  return pixoraSocket({ port, caller, path: "live.onEvent", readyMark: '"type":"ready"' });
}

/** What people do, in about the shares they do it in: mostly reading. */
function mixedRequests({ receivers, likers }: Audience): PreparedRequest[] {
  return likers.flatMap(({ token }, index) => {
    const { postId = "", userId = "" } = receivers[index] ?? {};
    const query = (path: string, input: object) => ({ text: trpcRequest({ path, token, input }) });
    const mutation = (path: string, input: object) => ({ text: trpcRequest({ path, token, input, isMutation: true }) });
    return [
      query("feed.home", {}),
      query("post.byId", { postId }),
      query("comment.list", { postId }),
      mutation("like.create", { postId }),
      query("feed.home", { limit: 50 }),
      query("user.byId", { userId }),
      query("post.byUser", { userId }),
      query("notification.counts", {}),
      query("notification.groups", {}),
      mutation("bookmark.create", { postId }),
      mutation("comment.create", { postId, text: "So good." }),
      mutation("like.delete", { postId }),
      mutation("bookmark.delete", { postId }),
      query("follow.followers", { userId }),
    ];
  });
}
