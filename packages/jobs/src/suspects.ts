// Facts that may have killed their worker. A job whose worker was gone is run fact by fact, and the job remembers in Redis
// which fact it is about to run: a fact that was alone each time a worker died is given up after a few deaths.
// Promise: facts that merely ran beside it are taken as always. A count that is lost with Redis costs some more deaths.
import type { Fact } from "./facts.ts";

/**
 * Deaths of a worker while it ran one fact alone. Innocent facts meet some too, when workers are killed from outside:
 * four quick kills of workers must not bury the job that each of them ran.
 */
export const maxDeaths = 5;

/** What a job carries besides its facts: how often a worker died while it ran this fact alone. */
export type Deaths = Readonly<Record<string, number>>;

/** Reads what `trial` made of a job's data; a job that was never suspected has none. */
export function deathsOf(jobData: unknown): Deaths {
  if (typeof jobData !== "object" || jobData === null || !("deaths" in jobData)) return {};
  const { deaths } = jobData;
  if (typeof deaths !== "object" || deaths === null) return {};
  return Object.fromEntries(Object.entries(deaths).filter(([, count]) => Number.isInteger(count)));
}

/**
 * Runs facts one by one. Before each, `remember` stores that its worker may die of it; what has reached `maxDeaths` is
 * not run, but answered. A run that ends by an error killed nobody: what was stored for it is taken back.
 */
export async function tryAlone(
  facts: readonly Fact[],
  input: { deaths: Deaths; remember: (deaths: Deaths) => Promise<void>; run: (fact: Fact) => Promise<void> },
): Promise<Fact[]> {
  const deadly: Fact[] = [];
  let deaths = input.deaths;
  for (const fact of facts) {
    const count = deaths[fact.id] ?? 0;
    if (count >= maxDeaths) {
      deadly.push(fact);
      continue;
    }
    await input.remember({ ...deaths, [fact.id]: count + 1 });
    try {
      await input.run(fact);
    } catch (error) {
      // A worker that closes cuts off what it runs, and the job goes on in another.
      await input.remember({ ...deaths, [fact.id]: count });
      throw error;
    }
    // It is through, so the deaths were not its own.
    deaths = { ...deaths, [fact.id]: 0 };
  }
  return deadly;
}
