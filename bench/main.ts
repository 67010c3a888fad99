// `npm run bench -- <workload>`: runs one workload and prints a table and, as its last line, one JSON object.
import { generateClient } from "../scripts/services/prisma.mjs";
import { makeLog } from "../scripts/services/progress.mjs";
import { isShuttingDown, shutDown, shutDownOnSignals } from "../scripts/services/shutdown.mjs";
import type { Bench } from "./harness/bench.ts";
import type { DataKind } from "./harness/database.ts";
import { readOptions, usage } from "./harness/options.ts";
import { printReport, type Report } from "./harness/report.ts";
import { keepResult, writeTables } from "./results.ts";

/** A file of bench/workloads. */
interface WorkloadModule {
  /** The data it runs on. */
  data: DataKind;
  run(bench: Bench): Promise<Report>;
}

const workloads: Record<string, () => Promise<WorkloadModule>> = {
  "feed-warm": () => import("./workloads/feed-warm.ts"),
  "feed-cold": () => import("./workloads/feed-cold.ts"),
  "feed-media": () => import("./workloads/feed-media.ts"),
  "feed-redis-down": () => import("./workloads/feed-redis-down.ts"),
  fanout: () => import("./workloads/fanout.ts"),
  "large-account": () => import("./workloads/large-account.ts"),
  search: () => import("./workloads/search.ts"),
  "post-create": () => import("./workloads/post-create.ts"),
  "like-hot": () => import("./workloads/like-hot.ts"),
  "like-spread": () => import("./workloads/like-spread.ts"),
  "comments-deep": () => import("./workloads/comments-deep.ts"),
  "like-to-notification": () => import("./workloads/like-to-notification.ts"),
  "live-fanout": () => import("./workloads/live-fanout.ts"),
  media: () => import("./workloads/media.ts"),
  "sign-in": () => import("./workloads/sign-in.ts"),
  sdk: () => import("./workloads/sdk.ts"),
  memory: () => import("./workloads/memory.ts"),
  start: () => import("./workloads/start.ts"),
};

async function main(): Promise<number> {
  const { name, options } = readOptions(process.argv.slice(2));
  if (name === "tables") {
    writeTables();
    return 0;
  }
  const load = name === undefined ? undefined : workloads[name];
  if (name === undefined || load === undefined) {
    process.stderr.write(`${usage}\nworkloads: ${Object.keys(workloads).join(", ")}\n`);
    return 64;
  }
  const log = makeLog();
  const startedAt = new Date();
  const { against: ref } = options;
  if (ref !== undefined) {
    const { compareBuilds } = await import("./against/compare.ts");
    const { printAgainst } = await import("./against/report.ts");
    printAgainst({
      workload: name,
      options,
      startedAt,
      against: await compareBuilds({ workload: name, ref, options, log }),
    });
    return 0;
  }
  await generateClient({ log });
  // Only now does the Prisma client exist that all the rest imports.
  const [workload, { openBench }] = await Promise.all([load(), import("./harness/bench.ts")]);
  const bench = await openBench({ data: workload.data, options, log });
  const report = await workload.run(bench);
  const result = printReport({ workload: name, options, startedAt, report });
  if (options.isKept) keepResult(result);
  return 0;
}

shutDownOnSignals();
try {
  await shutDown(await main());
} catch (error) {
  if (!isShuttingDown()) process.stderr.write(`\n${error instanceof Error ? error.stack : error}\n`);
  await shutDown(1);
}
