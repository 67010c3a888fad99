// Counts calls against the table of limits.ts. Promises: a refused call uses up nothing; without Redis each process
// counts by itself, more strictly where passwords are tried; what is stored names nobody (keyed hashes).

import { AppError, type AppErrorCode } from "../call/errors.ts";
import type { Deps } from "../process/deps.ts";
import { onePerDeps } from "../process/per-deps.ts";
import { createBuckets } from "./bucket.ts";
import { createKnownDevices } from "./known-device.ts";
import { type Call, hashOwner, loginAtAddress, loginsOfSignedIn, ownerOf } from "./limit.owner.ts";
import { createSharedBudget, type SharedBudget } from "./limiter.redis.ts";
import { type Budget, findPlan, isInInput } from "./limits.ts";

/** How a call that was counted ended. */
export type Outcome = { isOk: true; output: unknown } | { isOk: false; code: AppErrorCode };

/** Points that a call took, some of which depend on how it ends. */
export interface Receipt {
  end(outcome: Outcome): Promise<void>;
}

export interface Limiter {
  /**
   * Takes a point of every budget of the call, or throws limit.exceeded and takes none. `readInput` gives the input as
   * sent. Null: counted in this process, and how it ends costs nothing.
   */
  spend(call: Call, readInput: () => Promise<unknown>): Promise<Receipt | null>;
  /** Throws limit.exceeded where `spend` would, for calls that are counted in this process. */
  refuseOverspent(call: Call): void;
  /** Takes the points of a call that is counted in this process, as far as there are any. */
  charge(call: Call): void;
  /** Gives back what `spend` took of a call, if it is counted in this process: others keep what they cost. */
  giveBack(call: Call): void;
  /** Forgets from where someone signed in to these logins: nobody keeps a reserve of tries. */
  forgetDevices(logins: readonly string[]): Promise<void>;
}

type LimiterDeps = Pick<Deps, "config" | "redis">;

/** Owners that are counted at once; a bucket takes some 200 bytes. */
const maxOwners = 50_000;

/** The limiter of a process. */
export const limiterOf = onePerDeps((deps: LimiterDeps): Limiter => {
  const here = createHere(deps);
  const guarded = createGuarded(deps);
  return {
    async spend(call, readInput) {
      const plan = findPlan(call);
      if (!plan.isInProcess) return guarded.spend(call, readInput);
      here.take(call);
      return null;
    },
    refuseOverspent: here.refuseOverspent,
    charge: here.charge,
    giveBack: here.giveBack,
    forgetDevices: guarded.forgetDevices,
  };
});

/** The budget as this deployment has it: `scale` multiplies it, and leaves at least one point. */
function scaled(budget: Budget, scale: number): { points: number; perSeconds: number } {
  return { points: Math.max(1, Math.round(budget.points * scale)), perSeconds: budget.perSeconds };
}

function refuse(waitMs: number): never {
  throw new AppError("limit.exceeded", { retryAfterMs: waitMs });
}

/** Budgets that are counted in this process only. */
function createHere(deps: LimiterDeps) {
  const buckets = createBuckets({ maxKeys: maxOwners });
  const scale = deps.config.LIMITS_SCALE;

  function* entriesOf(call: Call) {
    for (const budget of findPlan(call).budgets) {
      const owner = ownerOf(budget.by, call, null);
      if (owner !== null) yield { key: `${budget.name} ${owner}`, size: scaled(budget, scale) };
    }
  }

  function refuseOverspent(call: Call): void {
    for (const { key, size } of entriesOf(call)) {
      const waitMs = buckets.peek(key, size);
      if (waitMs > 0) refuse(waitMs);
    }
  }

  function charge(call: Call): void {
    for (const { key, size } of entriesOf(call)) buckets.charge(key, size);
  }

  return {
    refuseOverspent,
    charge,
    giveBack(call: Call) {
      if (!findPlan(call).isInProcess) return;
      for (const { key, size } of entriesOf(call)) buckets.giveBack(key, size);
    },
    take(call: Call) {
      refuseOverspent(call);
      charge(call);
    },
  };
}

type OwnerBy = (budget: Budget) => Promise<string | null>;

interface Spent {
  budget: Budget;
  giveBack(): unknown;
}

/** Budgets that all processes share, on Redis. */
function createGuarded(deps: LimiterDeps) {
  const take = createTaker(deps);
  const devices = createKnownDevices(deps);

  const holdsHandles = deps.config.REQUIRE_EMAIL_VERIFICATION;
  const isCounted = (budget: Budget) => holdsHandles || !budget.onlyWhereHandlesAreHeld;

  /** Takes all or none; answers the points, or the milliseconds to wait. */
  async function takeAll(budgets: readonly Budget[], ownerBy: OwnerBy) {
    const spent: Spent[] = [];
    for (const budget of budgets) {
      const owner = await ownerBy(budget);
      if (owner === null) continue;
      const taken = await take(budget, hashOwner(deps, owner));
      if (typeof taken === "number") {
        await Promise.all(spent.map((one) => one.giveBack()));
        return taken;
      }
      spent.push(taken);
    }
    return spent;
  }

  async function isKnownDevice(call: Call, input: unknown, reserve: Budget): Promise<boolean> {
    const [place, login] = [ownerOf(reserve.by, call, input), ownerOf("login", call, input)];
    if (place === null || login === null) return false;
    return devices.isKnown({ key: hashOwner(deps, place), loginKey: hashOwner(deps, login) });
  }

  return {
    forgetDevices: (logins: readonly string[]) => devices.forget(logins.map((login) => hashOwner(deps, login))),
    async spend(call: Call, readInput: () => Promise<unknown>): Promise<Receipt> {
      const { budgets, reserve } = findPlan(call);
      // The input is not even parsed for an address that may not call at all.
      const ownerBy: OwnerBy = async ({ by }) => ownerOf(by, call, isInInput(by) ? await readInput() : null);
      let spent = await takeAll(budgets.filter(isCounted), ownerBy);
      if (typeof spent === "number" && reserve !== null && (await isKnownDevice(call, await readInput(), reserve))) {
        spent = await takeAll([reserve], ownerBy);
      }
      if (typeof spent === "number") return refuse(spent);
      const taken = spent;
      return {
        async end(outcome) {
          await Promise.all(owedBack(taken, outcome).map((one) => one.giveBack()));
          if (!call.beginsSession || !outcome.isOk) return;
          const places = loginsOfSignedIn(outcome.output).flatMap((login) => loginAtAddress(login, call.ip) ?? []);
          await devices.remember(places.map((place) => hashOwner(deps, place)));
        },
      };
    },
  };
}

function owedBack(spent: readonly Spent[], outcome: Outcome): Spent[] {
  const isWrongPassword = !outcome.isOk && outcome.code === "auth.wrongCredentials";
  return isWrongPassword ? [] : spent.filter(({ budget }) => budget.costsOnly === "wrong password");
}

/**
 * Takes one point, or answers the milliseconds to wait. Keys are hashed owners. What Redis grants is counted here as
 * well: a Redis that is away for a moment, perhaps because of the very flood, must not grant the budget a second time.
 */
function createTaker(deps: LimiterDeps): (budget: Budget, key: string) => Promise<Spent | number> {
  const scale = deps.config.LIMITS_SCALE;
  const shared = new Map<string, SharedBudget>();
  // Apart from reads, so that a flood of those from many addresses cannot push guarded owners out.
  const withoutRedis = createBuckets({ maxKeys: maxOwners });

  function onRedis(budget: Budget): SharedBudget {
    const known = shared.get(budget.name);
    if (known !== undefined) return known;
    const made = createSharedBudget(deps, { name: budget.name, size: scaled(budget, scale) });
    shared.set(budget.name, made);
    return made;
  }

  return async (budget, key) => {
    const hereKey = `${budget.name} ${key}`;
    const hereSize = scaled(budget, scale * budget.shareWithoutRedis);
    const giveBackHere = () => withoutRedis.giveBack(hereKey, hereSize);
    const waitMs = await onRedis(budget).take(key);
    if (waitMs === null) {
      const waitHereMs = withoutRedis.take(hereKey, hereSize);
      return waitHereMs > 0 ? waitHereMs : { budget, giveBack: giveBackHere };
    }
    if (waitMs > 0) return waitMs;
    withoutRedis.charge(hereKey, hereSize);
    return {
      budget,
      giveBack() {
        giveBackHere();
        return onRedis(budget).giveBack(key);
      },
    };
  };
}
