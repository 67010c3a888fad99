// The limiter against a real Redis: what costs, what is given back, who keeps a way in.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDeps, type TestDeps, waitFor } from "../../testing/index.ts";
import { AppError } from "../call/errors.ts";
import type { Deps } from "../process/deps.ts";
import type { Call } from "./limit.owner.ts";
import { limiterOf, type Outcome } from "./limiter.ts";
import { findPlan } from "./limits.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openWithRedis({ LIMITS_SCALE: "1" });
});
afterAll(() => deps.close());

async function openWithRedis(env: Record<string, string>): Promise<TestDeps> {
  const opened = await openTestDeps({ env });
  await waitFor("Redis", () => opened.redis.cache.status === "ready");
  return opened;
}

const wrong: Outcome = { isOk: false, code: "auth.wrongCredentials" };

/** Tries to sign in; true where the password would have been looked at. */
async function tryIn(
  input: { login: unknown; ip: string; outcome?: Outcome },
  on: Pick<Deps, "config" | "redis"> = deps,
): Promise<boolean> {
  const call: Call = { path: "auth.signIn", type: "mutation", ip: input.ip, userId: null, beginsSession: true };
  try {
    const receipt = await limiterOf(on).spend(call, async () => ({ login: input.login }));
    await receipt?.end(input.outcome ?? wrong);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "limit.exceeded" });
    expect(error instanceof AppError ? error.retryAfterMs : 0).toBeGreaterThan(0);
    return false;
  }
}

async function countIn(tries: number, input: (index: number) => Parameters<typeof tryIn>[0]): Promise<number> {
  const passed = await Promise.all(Array.from({ length: tries }, (_, index) => tryIn(input(index))));
  return passed.filter(Boolean).length;
}

function rightFor(handle: string): Outcome {
  return { isOk: true, output: { user: { handle, email: `${handle}@test.example` }, tokens: {} } };
}

describe("signing in", () => {
  test("is counted for its address before what was sent is looked at", async () => {
    const on = await openWithRedis({ LIMITS_SCALE: "0.01" });
    const call: Call = {
      path: "auth.signIn",
      type: "mutation",
      ip: "198.51.100.90",
      userId: null,
      beginsSession: false,
    };
    const reads: unknown[] = [];
    async function readInput() {
      reads.push(null);
      return { login: "anna" };
    }
    await limiterOf(on).spend(call, readInput);
    expect(reads.length).toBeGreaterThan(0);
    reads.length = 0;
    await expect(limiterOf(on).spend(call, readInput)).rejects.toMatchObject({ code: "limit.exceeded" });
    // The reserve of known devices alone still looks at who it is.
    expect(reads.length).toBeLessThanOrEqual(1);
    const mail: Call = { ...call, path: "auth.requestPasswordReset" };
    await limiterOf(on).spend(mail, readInput);
    reads.length = 0;
    await expect(limiterOf(on).spend(mail, readInput)).rejects.toMatchObject({ code: "limit.exceeded" });
    expect(reads).toEqual([]);
    await on.close();
  });

  test("with a text that can be no login is counted for its address alone", async () => {
    const call: Call = {
      path: "auth.signIn",
      type: "mutation",
      ip: "198.51.100.91",
      userId: null,
      beginsSession: false,
    };
    for (const login of ["x".repeat(255), `a${"\u0301".repeat(33)}`]) {
      for (let tries = 0; tries < 12; tries += 1) await limiterOf(deps).spend(call, async () => ({ login }));
    }
  });

  test("ten wrong passwords for a login pass from one address, also when all come at once", async () => {
    expect(await countIn(200, () => ({ login: "anna", ip: "198.51.100.1" }))).toBe(10);
  });

  test("up, where handles are held until an e-mail is verified, is bounded for days; elsewhere it is not", async () => {
    for (const [isVerifying, counted] of [
      ["true", 1],
      ["false", 0],
    ] as const) {
      const on = await openWithRedis({ LIMITS_SCALE: "1", REQUIRE_EMAIL_VERIFICATION: isVerifying });
      const call: Call = {
        path: "auth.signUp",
        type: "mutation",
        ip: "198.51.100.92",
        userId: null,
        beginsSession: true,
      };
      await limiterOf(on).spend(call, async () => ({ email: "anna@test.example" }));
      const keys = await on.redis.cache.keys(`${on.redis.prefix}:limit:signUp.held:*`);
      expect(keys).toHaveLength(counted);
      for (const key of keys) expect(await on.redis.cache.ttl(key)).toBeGreaterThan(2 * 24 * 60 * 60);
      await on.close();
    }
    const { budgets } = findPlan({ path: "auth.signUp", type: "mutation" });
    expect(budgets.find((budget) => budget.onlyWhereHandlesAreHeld)?.points).toBeLessThanOrEqual(200);
  });

  test("another address and another login are not concerned", async () => {
    await countIn(50, () => ({ login: "berta", ip: "198.51.100.2" }));
    expect(await tryIn({ login: "berta", ip: "198.51.100.3" })).toBe(true);
    expect(await tryIn({ login: "bertha", ip: "198.51.100.2" })).toBe(true);
  });

  test("all spellings of a login, and all addresses of a /64, share one budget", async () => {
    const spellings = ["Cleo@Test.example", " cleo@test.example ", "CLEO@TEST.EXAMPLE", "cleo@test.example"];
    const passed = await countIn(100, (index) => ({
      login: spellings[index % 4],
      ip: `2001:db8:0:7:${index.toString(16)}::1`,
    }));
    expect(passed).toBe(10);
  });

  test("right passwords cost the login nothing", async () => {
    const outcome = rightFor("dora");
    for (let time = 0; time < 30; time += 1) {
      expect(await tryIn({ login: "dora", ip: "198.51.100.4", outcome })).toBe(true);
    }
  });

  test("one address gets a hundred tries over all logins", async () => {
    expect(await countIn(300, (index) => ({ login: `login${index}`, ip: "198.51.100.5" }))).toBe(100);
  });

  test("tries that the address refuses use up nothing of the login", async () => {
    await countIn(300, (index) => ({ login: `other${index}`, ip: "198.51.100.6" }));
    expect(await countIn(50, () => ({ login: "emil", ip: "198.51.100.6" }))).toBe(0);
    // 99 here and 1 below: all hundred of the login are still there.
    expect(await countIn(99, (index) => ({ login: "emil", ip: `203.0.113.${index}` }))).toBe(99);
    expect(await tryIn({ login: "emil", ip: "198.51.100.7" })).toBe(true);
    expect(await tryIn({ login: "emil", ip: "198.51.100.8" })).toBe(false);
  });

  test("while strangers use up a login, whoever was in from an address before gets in there, and only there", async () => {
    expect(await tryIn({ login: "frida", ip: "198.51.100.9", outcome: rightFor("frida") })).toBe(true);
    expect(await countIn(500, (index) => ({ login: "frida", ip: `203.0.113.${index % 250}` }))).toBe(100);
    expect(await tryIn({ login: "frida", ip: "198.51.100.10" })).toBe(false);
    expect(await tryIn({ login: "frida", ip: "198.51.100.9", outcome: rightFor("frida") })).toBe(true);
  });

  test("a device is known under the handle and under the e-mail, and its reserve has an end", async () => {
    await tryIn({ login: "gerd", ip: "198.51.100.11", outcome: rightFor("gerd") });
    const byEmail = { login: "Gerd@test.example", ip: "198.51.100.11" };
    expect(await countIn(60, () => byEmail)).toBe(20);
  });

  test("a login that is no text costs only the address", async () => {
    expect(await tryIn({ login: { $ne: "" }, ip: "198.51.100.12" })).toBe(true);
    expect(await tryIn({ login: undefined, ip: "198.51.100.12" })).toBe(true);
  });

  test("Redis holds no login and no address", async () => {
    await tryIn({ login: "hildegard", ip: "198.51.100.13", outcome: rightFor("hildegard") });
    const keys = await deps.redis.cache.keys(`${deps.redis.prefix}:*`);
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.filter((key) => /hildegard|198\.51/.test(key))).toEqual([]);
    const lives = await Promise.all(keys.map((key) => deps.redis.cache.ttl(key)));
    expect(Math.min(...lives)).toBeGreaterThan(0);
  });
});

describe("creating", () => {
  async function create(path: string, userId: string): Promise<boolean> {
    const call: Call = { path, type: "mutation", ip: "198.51.100.20", userId, beginsSession: false };
    return limiterOf(deps)
      .spend(call, async () => ({}))
      .then(
        () => true,
        () => false,
      );
  }

  test("a person follows at most 120 accounts an hour; others are not concerned", async () => {
    const followed = await Promise.all(Array.from({ length: 200 }, () => create("follow.create", "1")));
    expect(followed.filter(Boolean).length).toBe(120);
    expect(await create("follow.create", "2")).toBe(true);
  });

  test("a day has its own bound, and what the hour refused does not count towards it", async () => {
    const used = Number(await deps.redis.cache.get(await findKey("follow.day")));
    expect(used).toBe(120);
  });

  async function findKey(name: string): Promise<string> {
    const keys = await deps.redis.cache.keys(`${deps.redis.prefix}:limit:${name}:*`);
    const values = await Promise.all(keys.map(async (key) => ({ key, used: Number(await deps.redis.cache.get(key)) })));
    return values.sort((one, other) => other.used - one.used)[0]?.key ?? "";
  }
});

describe("without Redis", () => {
  test("each process counts by itself, and grants less where passwords are tried", async () => {
    const alone = await openTestDeps({ env: { LIMITS_SCALE: "1", REDIS_URL: "redis://127.0.0.1:1" } });
    try {
      const tries = await Promise.all(
        Array.from({ length: 50 }, () => tryIn({ login: "anna", ip: "198.51.100.1" }, alone)),
      );
      expect(tries.filter(Boolean).length).toBe(3);
      expect(await tryIn({ login: "anna", ip: "198.51.100.2" }, alone)).toBe(true);
    } finally {
      await alone.close();
    }
  });

  test("what Redis granted is not granted a second time when it goes away", async () => {
    const flapping = await openWithRedis({ LIMITS_SCALE: "1" });
    try {
      const place = { login: "anna", ip: "198.51.100.1" };
      for (let time = 0; time < 10; time += 1) expect(await tryIn(place, flapping)).toBe(true);
      flapping.redis.cache.disconnect();
      expect(await tryIn(place, flapping)).toBe(false);
      expect(await tryIn({ ...place, login: "berta" }, flapping)).toBe(true);
    } finally {
      await flapping.close();
    }
  });

  test("LIMITS_SCALE multiplies what is granted", async () => {
    const wide = await openWithRedis({ LIMITS_SCALE: "3" });
    try {
      const tries = await Promise.all(
        Array.from({ length: 60 }, () => tryIn({ login: "anna", ip: "198.51.100.1" }, wide)),
      );
      expect(tries.filter(Boolean).length).toBe(30);
    } finally {
      await wide.close();
    }
  });
});
