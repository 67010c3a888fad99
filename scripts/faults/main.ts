// `npm run faults`: kills, stalls, empties and cuts everything under load, restarts it in turn, stalls a client, and prints
// one table. Ends with 1 if anything in it is not as it must be. The order of faults is that of `--seed`.
import { generateClient } from "../services/prisma.mjs";
import { shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { readOptions } from "./options.ts";
import { isAllRight, renderTable } from "./table.ts";

const startedAtMs = performance.now();

function log(text: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  process.stderr.write(`${seconds.padStart(7)} s  ${text}\n`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  process.env.PIXORA_TEST_SERVICES ??= new URL("../testing/services.mjs", import.meta.url).href;
  await generateClient({ log });
  // Only now does the Prisma client exist that all the rest imports.
  const { runAll } = await import("./run.ts");
  const sections = await runAll(options, log);
  process.stdout.write(`${renderTable(sections)}\n`);
  return isAllRight(sections) ? 0 : 1;
}

shutDownOnSignals();
try {
  await shutDown(await main());
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
  await shutDown(1);
}
