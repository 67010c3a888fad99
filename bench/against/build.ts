// One of two builds that are measured against each other: runs a workload of its own checkout, on services and data of its
// own, in turns. Copied into the other build; what it imports is old there. `build.ts <workload> <options as JSON>`.
import { generateClient } from "../../scripts/services/prisma.mjs";
import { makeLog } from "../../scripts/services/progress.mjs";
import { isShuttingDown, shutDown, shutDownOnSignals } from "../../scripts/services/shutdown.mjs";
import type { Bench } from "../harness/bench.ts";
import type { DataKind } from "../harness/database.ts";
import type { Report } from "../harness/report.ts";
import { tell } from "./turns.ts";

async function main(): Promise<void> {
  const [name = "", options = "{}"] = process.argv.slice(2);
  const ownLog = makeLog();
  const log = (text: string) => ownLog(`${process.env.PIXORA_BENCH_BUILD}: ${text}`);
  await generateClient({ log });
  const [workload, { openBench }, { postgresSettings, redisSettings }] = await Promise.all([
    import(`../workloads/${name}.ts`) as Promise<{ data: DataKind; run(bench: Bench): Promise<Report> }>,
    import("../harness/bench.ts"),
    import("../harness/services.ts"),
  ]);
  const bench = await openBench({ data: workload.data, options: JSON.parse(options), log });
  const { rows, figures } = await workload.run(bench);
  const settings = { postgres: postgresSettings, redis: redisSettings };
  tell({ type: "done", report: { rows, figures }, settings, node: process.version });
}

shutDownOnSignals();
// The orders come over this channel: it must keep the process alive while it waits for its turn.
process.channel?.ref();
try {
  await main();
  await shutDown(0);
} catch (error) {
  if (!isShuttingDown()) tell({ type: "failed", message: String(error instanceof Error ? error.stack : error) });
  await shutDown(1);
}
