// sign-in: a reader loads feeds while 200 people at a time sign in, over and over. Hashing passwords must not be felt: the
// reader's delays beside those of an idle server, and how late the server's event loop gets.
import { hashPassword } from "../../packages/api/src/platform/secret/password.ts";
import type { Bench } from "../harness/bench.ts";
import type { Program } from "../harness/program.ts";
import type { Report } from "../harness/report.ts";
import { interleave, measureSide, medianOf, type Sample } from "../harness/rounds.ts";
import { signInAll } from "../harness/sessions.ts";
import { openHttp } from "../load/connection.ts";
import { trpcRequest } from "../load/plan.ts";
import { pixoraPages, warmWindows } from "./feed-readers.ts";

export const data = "demo";

const parallel = 200;
const password = "correct horse battery";
const pagesPerSecond = 50;
const readerCount = 50;
const readerConnections = 16;

type Phase = { name: "idle" } | { name: "200 sign in"; logins: string[] };

interface PhaseSample extends Sample {
  delayP99Ms: number;
  signInsPerSecond: number;
}

export async function run(bench: Bench): Promise<Report> {
  const server = await bench.startServer();
  const logins = await giveOnePassword(bench);
  const { rows } = await bench.pool.query<{ id: string }>(
    "select user_id as id from user_counts where following_count between 100 and 1000 order by user_id limit $1",
    [readerCount],
  );
  const readers = await signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
  const pages = pixoraPages(readers);
  await warmWindows(server.port, pages);
  bench.generator.prepare("reader", pages);
  const phases: Phase[] = [{ name: "idle" }, { name: "200 sign in", logins }];
  const samples = await interleave(bench, phases, (phase) => measurePhase(bench, server, phase));
  const of = (phase: string, pick: (sample: PhaseSample) => number) => medianOf(samples, phase, pick);
  const busy = "200 sign in";
  const extraP99Ms = of(busy, (sample) => sample.p99Ms) - of("idle", (sample) => sample.p99Ms);
  return {
    rows: phases.map(({ name }) => ({
      phase: name,
      "pages/s": of(name, (sample) => sample.perSecond),
      "p50 ms": of(name, (sample) => sample.p50Ms),
      "p99 ms": of(name, (sample) => sample.p99Ms),
      "loop delay p99 ms": of(name, (sample) => sample.delayP99Ms),
      "sign-ins/s": of(name, (sample) => sample.signInsPerSecond),
      errors: of(name, (sample) => sample.errors),
    })),
    claims: [
      {
        what: "the reader's p50, times idle",
        value: of(busy, (sample) => sample.p50Ms) / of("idle", (sample) => sample.p50Ms),
        atMost: 2.5,
      },
      { what: "the reader's p99, ms above idle", value: extraP99Ms, atMost: 20 },
      { what: "event loop delay p99, ms", value: of(busy, (sample) => sample.delayP99Ms), atMost: 50 },
    ],
  };
}

/** The first people of the demo all get the same password; answers their logins. */
async function giveOnePassword(bench: Bench): Promise<string[]> {
  const { rows } = await bench.pool.query<{ email: string }>(
    `update credentials set password_hash = $1, email_verified_at = clock_timestamp()
     where user_id in (select user_id from credentials order by user_id limit $2) returning email`,
    [await hashPassword(password), parallel],
  );
  return rows.map((row) => row.email);
}

async function measurePhase(bench: Bench, server: Program, phase: Phase): Promise<PhaseSample> {
  const reader = { name: phase.name, program: server, requests: "reader" };
  const storm = phase.name === "idle" ? null : await startStorm(server, phase.logins);
  server.watchDelay();
  const sample = await measureSide(bench, reader, { perSecond: pagesPerSecond, connections: readerConnections });
  const delay = await server.readDelay();
  const signIns = storm === null ? 0 : await storm.stop();
  const elapsed = bench.options.seconds + bench.options.warmUpSeconds;
  return { ...sample, delayP99Ms: delay.p99Ms, signInsPerSecond: signIns / elapsed };
}

/** As many connections as people: each signs its person in again as soon as that has succeeded. */
async function startStorm(server: Program, logins: readonly string[]): Promise<{ stop(): Promise<number> }> {
  let isRunning = true;
  let count = 0;
  const ended = Promise.all(
    logins.map(async (login) => {
      const connection = await openHttp(server.port);
      const text = trpcRequest({ path: "auth.signIn", input: { login, password }, isMutation: true });
      while (isRunning) {
        const answer = await connection.send(text);
        if (answer.status !== 200) throw new Error(`signing in failed: ${answer.bytes.toString("utf8").slice(-300)}`);
        count += 1;
      }
      connection.close();
    }),
  );
  return {
    async stop() {
      isRunning = false;
      const signedIn = count;
      await ended;
      return signedIn;
    },
  };
}
