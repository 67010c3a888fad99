// Whether the time of an answer tells if somebody is known: over the wire, as strangers measure it. A few calls show a
// leak of any size that matters; PIXORA_TIMING_ROUNDS=200 is the long form, with the bound that goes with it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";

const email = "known@test.example";
const rounds = Number(process.env.PIXORA_TIMING_ROUNDS ?? 40);
/** By chance alone, one run in a hundred thousand (in two thousand, for the long form) is above. */
const maxSeparation = rounds >= 200 ? 0.6 : 0.8;

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client().auth.signUp({ email, handle: "known", password: "correct horse battery" });
});
afterAll(() => server.close());

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work().catch(() => undefined);
  return performance.now() - start;
}

/** How well a threshold tells the two apart: 0.5 not at all, 1 always. */
function separation(ones: readonly number[], others: readonly number[]): number {
  const wins = ones.flatMap((one) => others.map((other): number => (one > other ? 1 : one === other ? 0.5 : 0)));
  const auc = wins.reduce((sum, win) => sum + win, 0) / wins.length;
  return Math.max(auc, 1 - auc);
}

/** Times both by turns, in random order, so that whatever else the machine does falls on both alike. */
async function compare(name: string, work: (address: string) => Promise<unknown>): Promise<number> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let warmUp = 0; warmUp < 10; warmUp += 1) await timeOf(() => work(warmUp % 2 ? email : "nobody@test.example"));
  for (let round = 0; round < rounds; round += 1) {
    const unknown = `nobody${round}@test.example`;
    const turns: ["known" | "unknown", string][] = [
      ["known", email],
      ["unknown", unknown],
    ];
    if (Math.random() < 0.5) turns.reverse();
    for (const [kind, address] of turns) times[kind].push(await timeOf(() => work(address)));
  }
  const auc = separation(times.known, times.unknown);
  console.log(`timing of ${name}, ${rounds} each: AUC ${auc.toFixed(3)}`);
  return auc;
}

test(
  "signing in takes as long for an unknown login as for a wrong password",
  async () => {
    const call = (login: string) => server.client().auth.signIn({ login, password: "not the password" });
    expect(await compare("signing in", call)).toBeLessThan(maxSeparation);
  },
  30_000 + rounds * 1_000,
);

test(
  "asking for a reset takes as long for an unknown address as for a known one",
  async () => {
    const call = (address: string) => server.client().auth.requestPasswordReset({ email: address });
    expect(await compare("asking for a reset", call)).toBeLessThan(maxSeparation);
  },
  30_000 + rounds * 1_000,
);
