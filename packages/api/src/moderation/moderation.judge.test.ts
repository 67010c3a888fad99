// Who is given an appeal: somebody else than who decided, where anybody else may judge that person.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { createAppeal } from "./moderation.appeal.ts";
import { decideCase } from "./moderation.decide.ts";
import { createReport } from "./moderation.report.ts";
import { takeCase } from "./moderation.take.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

/** A warning of one person by another, appealed against; answers the appeal's case. */
async function appealAgainst(judge: TestPerson, person: TestPerson): Promise<string> {
  const reporter = await createPerson(deps);
  const target = { userId: person.id };
  const { reportId } = await createReport(deps, { actorId: reporter.id, target, reason: "spam", note: "" });
  const { caseId } = await deps.db.prisma.report.findUniqueOrThrow({ where: { id: BigInt(reportId) } });
  const verdict = { action: "warn", rule: "1", text: "no", note: "", until: null } as const;
  await decideCase(deps, { actorId: judge.id, caseId: `${caseId}`, ...verdict });
  const { id } = await deps.db.prisma.decision.findFirstOrThrow({ where: { userId: BigInt(person.id) } });
  await createAppeal(deps, { actorId: person.id, decisionId: `${id}`, text: "please" });
  return `${(await deps.db.prisma.moderationCase.findFirstOrThrow({ where: { decisionId: id } })).id}`;
}

test("an appeal of a moderator waits for nobody who may not judge them, and goes to another admin where there is one", async () => {
  const admin = await createPerson(deps, { role: "admin" });
  const [judged, colleague] = [
    await createPerson(deps, { role: "moderator" }),
    await createPerson(deps, { role: "moderator" }),
  ];
  const caseId = await appealAgainst(admin, judged);
  // The colleague is staff, and of no rank above the moderator's.
  expect(await takeCase(deps, { actorId: colleague.id, caseId: null })).toBeNull();
  expect(await takeCase(deps, { actorId: admin.id, caseId: null })).toBe(caseId);
});

test("whoever decided cannot keep others from the appeal by taking it", async () => {
  const [judge, other] = [
    await createPerson(deps, { role: "moderator" }),
    await createPerson(deps, { role: "moderator" }),
  ];
  const caseId = await appealAgainst(judge, await createPerson(deps));
  await expect(takeCase(deps, { actorId: judge.id, caseId })).rejects.toMatchObject({ code: "moderation.forbidden" });
  expect(await takeCase(deps, { actorId: other.id, caseId })).toBe(caseId);
});
