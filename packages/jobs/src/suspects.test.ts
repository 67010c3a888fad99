// A fact that kills its worker is found and buried, and what ran beside it is taken.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listDeadLetters } from "./dead-letters.ts";
import type { Fact } from "./facts.ts";
import { CancelledError } from "./retry.ts";
import { deathsOf, maxDeaths, tryAlone } from "./suspects.ts";
import { type Harness, openHarness } from "./testing/harness.ts";
import { waitFor } from "./testing/services.ts";

describe("a worker that dies of a fact", () => {
  let harness: Harness;
  let stopWorker: () => void;
  let deaths = 0;

  /** Starts the worker again each time it dies, as an orchestrator does. */
  function keepWorkerAlive(deadlyPostId: string): () => void {
    const { redisUrl, prefix, databaseUrl } = harness.place;
    const program = fileURLToPath(new URL("testing/deadly.child.ts", import.meta.url));
    const env = {
      ...process.env,
      DEADLY_REDIS_URL: redisUrl,
      DEADLY_PREFIX: prefix,
      DEADLY_DATABASE_URL: databaseUrl,
      DEADLY_POST_ID: deadlyPostId,
    };
    let isStopped = false;
    let child = spawn(process.execPath, [program], { env, stdio: "ignore" });
    const onExit = () => {
      if (isStopped) return;
      deaths += 1;
      child = spawn(process.execPath, [program], { env, stdio: "ignore" });
      child.once("exit", onExit);
    };
    child.once("exit", onExit);
    return () => {
      isStopped = true;
      child.kill("SIGKILL");
    };
  }

  beforeEach(async () => {
    harness = await openHarness();
    deaths = 0;
  });
  afterEach(async () => {
    stopWorker();
    await harness.close();
  });

  test("is started again a few times, and then the fact is a dead letter; its neighbours are taken", async () => {
    stopWorker = keepWorkerAlive("13");
    harness.relay();
    await harness.commitLikes(20);
    const listLetters = () => listDeadLetters(harness.db.query, { limit: 10 });
    const isBuried = async () => (await listLetters()).length > 0 && (await harness.countUnfinished()) === 0;
    await waitFor("the deadly fact to be buried", isBuried, { timeoutMs: 110_000, everyMs: 50 });
    const letters = await listLetters();
    expect(letters).toMatchObject([{ fact: "like.created", payload: { postId: "13" } }]);
    expect(letters[0]?.error).toContain(`died ${maxDeaths} times`);
    // Once with its neighbours, then alone.
    expect(deaths).toBe(1 + maxDeaths);
  }, 120_000);
});

describe("trying facts alone", () => {
  const fact = (id: string) => ({ id, fact: "like.created", payload: {} }) as unknown as Fact;

  test("remembers each before it runs, clears it after, and answers what has killed too often without running it", async () => {
    const said: string[] = [];
    const deadly = await tryAlone([fact("1"), fact("2"), fact("3")], {
      deaths: { 2: maxDeaths, 3: maxDeaths - 1 },
      remember: async (deaths) => void said.push(JSON.stringify(deaths)),
      run: async ({ id }) => void said.push(`run ${id}`),
    });
    expect(deadly.map(({ id }) => id)).toEqual(["2"]);
    expect(said).toEqual([
      `{"1":1,"2":${maxDeaths},"3":${maxDeaths - 1}}`,
      "run 1",
      `{"1":0,"2":${maxDeaths},"3":${maxDeaths}}`,
      "run 3",
    ]);
  });

  test("a run that is cut off by a closing worker is no death", async () => {
    let stored = deathsOf({});
    for (let closings = 0; closings <= maxDeaths; closings += 1) {
      const run = tryAlone([fact("1"), fact("2")], {
        deaths: stored,
        remember: async (deaths) => {
          stored = deaths;
        },
        run: async ({ id }) => {
          if (id === "2") throw new CancelledError();
        },
      });
      await expect(run).rejects.toThrow(CancelledError);
    }
    expect(stored).toEqual({ 1: 0, 2: 0 });
  });

  test("a job that was never suspected, or whose data is strange, has no deaths", () => {
    for (const data of [undefined, null, "text", { facts: [] }, { deaths: null }, { deaths: { 1: "many" } }]) {
      expect(deathsOf(data)).toEqual({});
    }
    expect(deathsOf({ facts: [], deaths: { 7: 2 } })).toEqual({ 7: 2 });
  });
});
