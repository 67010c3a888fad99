// What a house has in its storage, what its rows say should be there, and a sweep a day later.
import { createDeps, createLog } from "@pixora/api/domain";
import { mediaPrefixes, pictureKey } from "../../packages/api/src/media/media.key.ts";
import { sweepOrphans } from "../../packages/api/src/media/media.sweep.ts";
import { readApiConfig } from "../../packages/api/src/platform/process/config.ts";
import type { Deps } from "../../packages/api/src/platform/process/deps.ts";
import { draftFolder } from "../../packages/api/src/platform/storage/storage.disk.files.ts";
import type { House } from "./house.ts";

/** Later than anything unused may stay: a day and the two hours of its grace. */
const laterMs = 27 * 3_600_000;

/** Runs `work` on the stores of a house, with a clock that is ahead by `aheadMs` (behind where negative). */
export async function withDepsOf<T>(
  house: House,
  input: { aheadMs: number; work: (deps: Deps) => Promise<T> },
): Promise<T> {
  const deps = createDeps({
    config: readApiConfig(house.env),
    log: createLog({ level: "warn", name: "walk" }),
    applicationName: "pixora-walk",
    clock: { now: () => new Date(Date.now() + input.aheadMs) },
  });
  try {
    return await input.work(deps);
  } finally {
    await deps.close();
  }
}

/** Sweeps as the scheduled job will in a day. Answers the files before and after it, and those that rows name then. */
export function sweepLater(house: House): Promise<{ before: string[]; after: string[]; named: string[] }> {
  const work = async (deps: Deps) => {
    const before = await listFiles(deps);
    await sweepOrphans(deps);
    return { before, after: await listFiles(deps), named: await listNamed(house) };
  };
  return withDepsOf(house, { aheadMs: laterMs, work });
}

async function listFiles({ storage }: Deps): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [...mediaPrefixes, `${draftFolder}/`]) {
    for await (const some of storage.list({ prefix })) keys.push(...some);
  }
  return keys.sort();
}

async function listNamed(house: House): Promise<string[]> {
  const { rows } = await house.pool.query<{ id: string; variants: [number, number][] }>(
    "select id::text as id, variants from media",
  );
  return rows.flatMap(({ id, variants }) => variants.map(([width]) => pictureKey(id, width))).sort();
}
