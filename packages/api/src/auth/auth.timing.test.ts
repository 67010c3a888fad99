import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { requestPasswordReset } from "./auth.credential.ts";
import { signIn, signUp } from "./auth.service.ts";

const device = { userAgent: "test", ip: "203.0.113.7" };
const email = "known@test.example";
const rounds = 200;

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await signUp(deps, { email, handle: "known", password: "correct horse battery", device });
});
afterAll(() => deps.close());

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
async function compare(work: (address: string) => Promise<unknown>): Promise<number> {
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
  return separation(times.known, times.unknown);
}

test("signing in takes as long for an unknown login as for a wrong password", async () => {
  const auc = await compare((login) => signIn(deps, { login, password: "not the password", device }));
  expect(auc).toBeLessThan(0.6);
}, 120_000);

test("asking for a reset takes as long for an unknown address as for a known one", async () => {
  const auc = await compare((address) => requestPasswordReset(deps, { email: address }));
  expect(auc).toBeLessThan(0.6);
}, 120_000);
