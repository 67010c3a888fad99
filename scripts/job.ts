// `pnpm job <name> --fact <id>`: runs one fact, or one dead letter, through the handler of one job and prints its log. It is
// the real handler: its effect is real and recorded done, and the workers need not take the fact any more.
import {
  ConfigError,
  createDeps,
  createHandlers,
  createLog,
  createOutboxDb,
  readWorkerConfig,
} from "@pixora/api/domain";
import { isId } from "@pixora/db";
import {
  type FactJobName,
  isFactJob,
  isJobName,
  type JobName,
  jobs,
  type OneFactOutcome,
  runOneFact,
} from "@pixora/jobs";
import { suggestNames } from "./sql/suggest.ts";

const usage = "usage: pnpm job <name> --fact <id of a fact or of a dead letter>";

type Order = { job: FactJobName; id: string } | { refusal: string; code: number };

function readOrder(words: string[]): Order {
  const read = readWords(words);
  if (read === null) return { refusal: usage, code: 64 };
  const { name, id } = read;
  if (!isJobName(name)) return { refusal: describeUnknown(name), code: 1 };
  if (!isFactJob(name)) return { refusal: `${name} is run by a schedule and takes no facts`, code: 1 };
  return { job: name, id };
}

function describeUnknown(name: string): string {
  const ofFacts = (Object.keys(jobs) as JobName[]).filter(isFactJob);
  const meant = suggestNames(ofFacts, name);
  const hint = meant.length === 0 ? "" : `; did you mean ${meant.join(", ")}?`;
  return `there is no job ${name}${hint}\njobs that take facts:\n  ${ofFacts.join("\n  ")}`;
}

/** Null where the words make no order. */
function readWords(words: string[]): { name: string; id: string } | null {
  const [name, option, id, ...more] = words;
  if (name === undefined || option !== "--fact" || id === undefined || more.length > 0) return null;
  return isId(id) ? { name, id } : null;
}

async function run({ job, id }: { job: FactJobName; id: string }): Promise<number> {
  const log = createLog({ level: process.env.LOG_LEVEL || "debug", name: "job" });
  const deps = createDeps({ config: readWorkerConfig(process.env), log, applicationName: "pixora-job" });
  try {
    const outcome = await runOneFact(createOutboxDb(deps.db), { job, id, handlers: createHandlers(deps) });
    return report(outcome, { job, id });
  } catch (error) {
    log.error({ err: error, job, factId: id }, "the handler failed: the fact stays where it was");
    return 1;
  } finally {
    await deps.close();
  }
}

/** Answers the exit code. */
function report(outcome: OneFactOutcome, { job, id }: { job: FactJobName; id: string }): number {
  switch (outcome.outcome) {
    case "taken":
      console.log(
        `${job} took ${outcome.fact} ${id}${outcome.wasDeadLetter ? ", which is no dead letter any more" : ""}`,
      );
      return 0;
    case "doneAlready":
      console.log(`${job} was done with ${outcome.fact} ${id} already: nothing was run`);
      return 0;
    case "notFound":
      return fail(
        `there is no fact and no dead letter of ${job} with the id ${id}; facts that are done are deleted`,
        1,
      );
    case "notTaken":
      return fail(`${job} does not take ${outcome.fact} ${id}; its jobs: ${outcome.jobs.join(", ") || "none"}`, 1);
    case "unreadable":
      return fail(`${outcome.fact} ${id} cannot be read: ${outcome.error}`, 1);
  }
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

/** Answers the exit code. */
async function main(): Promise<number> {
  const order = readOrder(process.argv.slice(2));
  if ("refusal" in order) return fail(order.refusal, order.code);
  try {
    return await run(order);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 78);
    throw error;
  }
}

// Connections that still look for an absent Redis would keep the process alive.
process.exit(await main());
