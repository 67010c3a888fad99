// The table holds what it says, and names what exists.
import { expect, test } from "vitest";
import { appRouter } from "../../root.ts";
import { type CallType, findPlan, limitedCalls } from "./limits.ts";

// Typed as a tree, but kept flat: paths and what tRPC knows of each.
const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: CallType } }>;
const procedures = new Map(Object.entries(flat).map(([path, procedure]) => [path, procedure._def.type]));
const rooms = new Set([...procedures.keys()].map((path) => path.split(".")[0]));

test("every procedure that the table names exists, as soon as its room does", () => {
  const unknown = limitedCalls.filter((call) => rooms.has(call.split(".")[0]) && !procedures.has(call));
  expect(unknown).toEqual([]);
  expect(limitedCalls.filter((call) => procedures.has(call)).length).toBeGreaterThan(8);
});

test("every procedure has a budget, and no read or stream pays a round trip for it", () => {
  for (const [path, type] of procedures) {
    const plan = findPlan({ path, type });
    expect(plan.budgets.length, path).toBeGreaterThan(0);
    if (type !== "mutation") expect(plan.isInProcess, path).toBe(true);
  }
});

test("budgets have names of their own, and one call is never counted half here, half in Redis", () => {
  const paths = [...procedures.keys(), "media.create", "search.users"];
  const plans = paths.map((path) => findPlan({ path, type: procedures.get(path) ?? "mutation" }));
  const budgets = new Map(plans.flatMap((plan) => plan.budgets).map((budget) => [budget.name, budget]));
  for (const plan of plans) {
    expect(new Set(plan.budgets.map((budget) => budget.countedIn)).size).toBe(1);
    for (const budget of plan.budgets)
      expect({ ...budgets.get(budget.name), shareWithoutRedis: 1 }).toEqual({ ...budget, shareWithoutRedis: 1 });
  }
});

test("signing in is bound for a login at an address, for the address and for the login; known devices have a reserve", () => {
  const { budgets, reserve } = findPlan({ path: "auth.signIn", type: "mutation" });
  expect(budgets.map((budget) => budget.by)).toEqual(["address", "login at address", "login"]);
  expect(reserve).toMatchObject({ by: "login at address" });
});
