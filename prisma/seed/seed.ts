// Loads the demo data into an empty database. Promises: all of it or nothing, in one transaction; nothing where there is
// a user already; every counter and head equals its rows.
import { type Db, statement, type Tx } from "@pixora/db";
import { hashPassword } from "../../packages/api/src/platform/secret/password.ts";
import type { Storage } from "../../packages/api/src/platform/storage/storage.ts";
import { withForeignKeysAside } from "./foreign-keys.ts";
import { type GraphPerson, readGraph } from "./graph.ts";
import { hasPeople, loadedTables, lockSeeding } from "./load.sql.ts";
import { loadSteps } from "./load.ts";
import { planPictures } from "./pictures.plan.ts";
import { insertPictures, makePictures } from "./pictures.ts";
import { makeWorld, type World } from "./world.ts";

const seed = "pixora";

/** The password of alice, bob and carol. */
export const demoPassword = "pixora-demo";

export interface SeedOptions {
  /** The present of the demo data: its newest posts are minutes older. Default: now. */
  now?: Date;
  /** Told of each step once it is done. */
  log?: (line: string) => void;
  /** Whose follows and names: the graph that the package ships, unless a test wants another. */
  graph?: readonly GraphPerson[];
  /** How many posts. Default: 50,000; likes and comments are in proportion. */
  postCount?: number;
  /** Where the pictures go. Default: there are none. */
  storage?: Storage;
}

/**
 * Loads the demo data. Where there is any user it changes nothing; so does a second call, also a concurrent one,
 * which waits for the first to end.
 */
export async function seedDemo(db: Db, options: SeedOptions = {}): Promise<{ isLoaded: boolean }> {
  const { now = new Date(), log = () => {}, postCount = 50_000 } = options;
  if ((await db.sql.one(hasPeople)).hasPeople) return { isLoaded: false };
  const report = createReport(log);
  const graph = options.graph ?? (await readGraph());
  report("people in the graph", graph.length);
  const world = makeWorld(graph, { seed, now, postCount });
  report("posts, likes, comments made up", countMade(world));
  // Made beside the load: by other threads, while PostgreSQL works.
  const making = options.storage && makePictures(options.storage, { plan: planPictures(world, { seed }), seed });
  making?.catch(() => undefined);
  const passwordHashes = await hashDemoPasswords(world);
  const isLoaded = await db.inTransaction(async (tx) => {
    if (!(await beginSeeding(tx))) return false;
    await withForeignKeysAside(tx, {
      tables: loadedTables,
      async load() {
        for (const step of loadSteps(tx, { world, passwordHashes })) report(step.name, await step.run());
        if (making !== undefined) report("pictures", await insertPictures(tx, { pictures: await making }));
      },
    });
    report("foreign keys checked");
    return true;
  });
  if (!isLoaded) return { isLoaded };
  report("committed");
  await vacuumLoaded(db);
  report("vacuumed and analyzed");
  return { isLoaded };
}

function countMade(world: World): number {
  return world.posts.length + world.postLikes.length + world.comments.length + world.commentLikes.length;
}

/** A line a step: what, how many rows, how long since the step before. */
function createReport(log: (line: string) => void): (name: string, rows?: number) => void {
  let lastMs = performance.now();
  return (name, rows) => {
    const nowMs = performance.now();
    const count = rows === undefined ? "" : rows.toLocaleString("en-US");
    log(`${name.padEnd(32)} ${count.padStart(9)} ${((nowMs - lastMs) / 1_000).toFixed(1).padStart(6)} s`);
    lastMs = nowMs;
  };
}

async function hashDemoPasswords(world: World): Promise<Map<string, string>> {
  const handles = world.people.filter((person) => person.isDemo).map((person) => person.handle);
  return new Map(await Promise.all(handles.map(async (handle) => [handle, await hashPassword(demoPassword)] as const)));
}

// The pool of a server bounds statements at seconds; a seed may wait for its rival, and takes what it takes.
const lift = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"].map((name) =>
  statement<never>(`seed.lift.${name}`, `set local ${name} = 0`),
);

/** Waits for a rival seed to end; false where there are people by then. */
async function beginSeeding(tx: Tx): Promise<boolean> {
  for (const setting of lift) await tx.run(setting);
  await tx.run(lockSeeding);
  return !(await tx.one(hasPeople)).hasPeople;
}

/** Statistics for the planner, and a visibility map for index-only scans, from the first query on. */
async function vacuumLoaded(db: Db): Promise<void> {
  const client = await db.pool.connect();
  try {
    await client.query("set statement_timeout = 0");
    await client.query(`vacuum (analyze) ${loadedTables.join(", ")}`);
    await client.query("reset statement_timeout");
  } finally {
    client.release();
  }
}
