// Where faults are played: a house with PostgreSQL and Redis of its own, several servers behind a balancer, several
// workers, each of which can be ended and started again in its place.
import { Redis } from "ioredis";
import { type Balancer, startBalancer } from "../walks/balancer.ts";
import { type App, type House, openHouse, pickPort } from "../walks/house.ts";

/** What a process leaves behind when it is ended. */
export interface Ending {
  tookMs: number;
  /** Null after the end by a signal. */
  exitCode: number | null;
}

/** The place of a server or worker: the process in it changes, its port does not. */
export interface Slot {
  name: string;
  app(): App;
  /** Ends the process and, `awayMs` later, starts another in its place; resolves when that one is ready. */
  restart(input: { signal: NodeJS.Signals; awayMs?: number }): Promise<Ending>;
  /** How often any process of this place printed a text. */
  countSaid(text: string): number;
  /** The last words of processes of this place that ended though nobody ended them. */
  deaths(): string[];
}

export interface Stage {
  house: House;
  balancer: Balancer;
  servers: Slot[];
  workers: Slot[];
  /** Redis itself, past the proxy. */
  redis: Redis;
  close(): Promise<void>;
}

export interface StageInput {
  servers: number;
  workers: number;
}

/** Redis keeps what it was told, in a folder that a later start may replace by an empty one. */
export function redisArgs(folder: number): string[] {
  const kept = ["--appendonly", "yes", "--appenddirname", `aof-${folder}`];
  return [...kept, "--save", "", "--maxmemory-policy", "noeviction"];
}

/** Opens everything and waits until it is ready. */
export async function openStage(input: StageInput): Promise<Stage> {
  const house = await openHouse({
    hasOwnPostgres: true,
    hasOwnRedis: true,
    redisArgs: redisArgs(0),
    hasRedisProxy: true,
  });
  const redis = new Redis(house.redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 200 });
  redis.on("error", () => undefined);
  try {
    const open = (start: House["startServer"], name: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => openSlot(start, `${name} ${index + 1}`)));
    const [servers, workers] = await Promise.all([
      open(house.startServer, "server", input.servers),
      open(house.startWorker, "worker", input.workers),
    ]);
    const balancer = await startBalancer(servers.map((slot) => slot.app().port));
    return {
      house,
      balancer,
      servers,
      workers,
      redis,
      async close() {
        redis.disconnect();
        balancer.close();
        await house.close();
      },
    };
  } catch (error) {
    redis.disconnect();
    await house.close();
    throw error;
  }
}

async function openSlot(start: House["startServer"], name: string): Promise<Slot> {
  const port = await pickPort();
  let app = await start({ port });
  let said = "";
  const died: string[] = [];

  function findDeath(): string[] {
    return app.exitCode() === null ? [] : [`${name} ended with ${app.exitCode()}: ${app.output().slice(-2_000)}`];
  }

  return {
    name,
    app: () => app,
    deaths: () => [...died, ...findDeath()],
    countSaid: (text) => (said + app.output()).split(text).length - 1,
    async restart({ signal, awayMs = 0 }) {
      died.push(...findDeath());
      const tookMs = await app.end(signal);
      const ending = { tookMs, exitCode: app.exitCode() };
      said += app.output();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      app = await start({ port });
      return ending;
    },
  };
}
