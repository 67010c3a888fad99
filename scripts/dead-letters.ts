// `pnpm dead-letters`: lists facts that a job gave up, newest first, with their errors. `pnpm dead-letters replay <id … |
// all>` puts them back to the jobs that gave them up, once the cause is mended; one that fails again is here again.
import { createOutboxDb } from "@pixora/api/domain";
import { createDb, type Db, isId } from "@pixora/db";
import { countDeadLetters, type OutboxDb, replayDeadLetters } from "@pixora/jobs";

const usage = "usage: pnpm dead-letters [replay <id … | all>]";
const shown = 50;
const errorLines = 4;
/** What one call of replayDeadLetters takes at most. */
const replayBatch = 1_000;

type Order = { word: "list" } | { word: "replay"; ids: string[] | null };

/** Null where the words make no order. */
function readOrder(words: readonly string[]): Order | null {
  const [word, ...ids] = words;
  if (word === undefined) return { word: "list" };
  if (word !== "replay" || ids.length === 0) return null;
  if (ids.length === 1 && ids[0] === "all") return { word: "replay", ids: null };
  return ids.every(isId) ? { word: "replay", ids } : null;
}

async function list({ prisma }: Db): Promise<void> {
  const letters = await prisma.deadLetter.findMany({ orderBy: { id: "desc" }, take: shown });
  const count = await prisma.deadLetter.count();
  for (const letter of letters) console.log(describe(letter));
  console.log(
    count > letters.length ? `${count} dead letters, the newest ${letters.length} shown` : `${count} dead letters`,
  );
}

interface Letter {
  id: bigint;
  fact: string;
  job: string;
  payload: unknown;
  error: string;
  createdAt: Date;
}

function describe({ id, fact, job, payload, error, createdAt }: Letter): string {
  const reason = error.split("\n").slice(0, errorLines);
  const lines = [JSON.stringify(payload), ...reason].map((line) => `    ${line.trim()}`);
  return [`${id}  ${createdAt.toISOString()}  ${fact} → ${job}`, ...lines].join("\n");
}

/** Those that fail again while this runs get new ids: no more are replayed than there were. */
async function replay(db: OutboxDb, ids: string[] | null): Promise<void> {
  let left = await countDeadLetters(db.query);
  let replayed = 0;
  for (let count = replayBatch; count === replayBatch && left > 0; left -= count) {
    count = await replayDeadLetters(db, ids === null ? {} : { ids });
    replayed += count;
  }
  console.log(`${replayed} dead letters go back to their jobs`);
}

/** Answers the exit code. */
async function main(): Promise<number> {
  const order = readOrder(process.argv.slice(2));
  const url = process.env.DATABASE_URL;
  if (order === null) return fail(usage, 64);
  if (url === undefined) return fail("DATABASE_URL is not set", 78);
  const db = createDb({ url, maxConnections: 1, applicationName: "pixora-dead-letters" });
  try {
    await (order.word === "list" ? list(db) : replay(createOutboxDb(db), order.ids));
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1);
  } finally {
    await db.close();
  }
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

process.exitCode = await main();
