// Digests: one a period at each person's hour, of what they have not read.
import { maxId } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updatePreferences } from "../notification/notification.preference.ts";
import type { UpdatePreferencesInput } from "../notification/notification.schema.ts";
import { markRead } from "../notification/notification.service.ts";
import { MailRefusedError } from "../platform/mailer/mailer.ts";
import { createPerson, createPost, openTestDeps, suspend, type TestDeps, type TestPerson } from "../testing/index.ts";
import { comment, createClock, like, listDeliveries, type TestClock, takeFacts } from "../testing/outside.ts";
import { requestDigests, sendDigests } from "./delivery.digest.ts";
import { retryDeliveries } from "./delivery.upkeep.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let clock: TestClock;
let deps: TestDeps;
let ann: TestPerson;
let bob: TestPerson;
let postId: string;

beforeAll(async () => {
  clock = createClock();
  deps = await openTestDeps({ clock });
});
afterAll(() => deps.close());

beforeEach(async () => {
  deps.mails.length = 0;
  await deps.db.pool.query("truncate deliveries, outbox, notification_preferences");
  [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  postId = (await createPost(deps, { authorId: ann.id, caption: "the sea" })).id;
  // Notifications get their time from the database: the clock starts there, and only goes ahead.
  clock.pass(Date.now() - clock.now().getTime());
});

const want = (digest: UpdatePreferencesInput["digest"], person: { id: string } = ann) =>
  updatePreferences(deps, { actorId: person.id, changes: { digest } });

/** The hour in UTC, so many hours from now. */
const hourIn = (ahead: number) => new Date(clock.now().getTime() + ahead * hourMs).getUTCHours();

/** Runs the schedule and the jobs that it asks for; answers whose digests were due. */
async function runSchedule(): Promise<string[]> {
  await requestDigests(deps);
  const facts = await takeFacts(deps, "notification.digestDue");
  await sendDigests(deps, { facts });
  return facts.map((fact) => fact.payload.userId);
}

/** A whole hour lies between the schedule's runs: each person's hour is met by one of them. */
async function passHours(count: number): Promise<{ at: Date; ids: string[] }[]> {
  const due: { at: Date; ids: string[] }[] = [];
  for (let hour = 0; hour < count; hour += 1) {
    clock.pass(hourMs);
    due.push({ at: clock.now(), ids: await runSchedule() });
  }
  return due;
}

const idsOf = (due: readonly { ids: string[] }[]) => due.flatMap(({ ids }) => ids);

function setClock(instant: string): void {
  clock.pass(Date.parse(instant) - clock.now().getTime());
}

describe("a digest is due", () => {
  test("once a day at each person's hour, wherever they live, also while clocks change", async () => {
    // In New York the clocks go back on 1 November, in St. John's too; the others stand still.
    setClock("2026-10-31T00:00:00Z");
    const zones = ["UTC", "Asia/Kolkata", "America/St_Johns", "America/New_York", "Pacific/Chatham", "Etc/GMT+12"];
    const people = await Promise.all(zones.map((timeZone) => createPerson(deps).then(({ id }) => ({ id, timeZone }))));
    for (const { id, timeZone } of people) await want({ frequency: "daily", timeZone, hour: 9 }, { id });
    const due = await passHours(4 * 24);
    for (const { id, timeZone } of people) {
      const local = new Intl.DateTimeFormat("en-CA", {
        timeZone,
        dateStyle: "short",
        timeStyle: "short",
        hourCycle: "h23",
      });
      const times = due.flatMap(({ at, ids }) => (ids.includes(id) ? [local.format(at)] : []));
      const days = times.map((time) => time.slice(0, 10));
      expect([timeZone, new Set(days).size, times.every((time) => time.slice(12, 14) === "09")]).toEqual([
        timeZone,
        4,
        true,
      ]);
      expect(times).toHaveLength(4);
    }
  });

  test("once a week where that is wanted", async () => {
    setClock("2026-10-20T00:00:00Z");
    await want({ frequency: "weekly", timeZone: "Europe/Berlin", hour: 9 });
    const due = (await passHours(14 * 24)).filter(({ ids }) => ids.length > 0);
    expect(due.map(({ at }) => at.toISOString())).toEqual(["2026-10-26T08:00:00.000Z", "2026-11-02T08:00:00.000Z"]);
  });

  test("once, however many workers look at once, and once after a week without any", async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => createPerson(deps)));
    for (const person of people) await want({ frequency: "daily", hour: 3 }, person);
    clock.pass(7 * dayMs);
    await Promise.all(Array.from({ length: 5 }, () => requestDigests({ ...deps })));
    const facts = await takeFacts(deps, "notification.digestDue");
    expect(facts.map((fact) => fact.payload.userId).toSorted()).toEqual(people.map(({ id }) => id).toSorted());
  });

  test("not before its next hour after it was asked for or changed, and not once it is off", async () => {
    await want({ frequency: "daily", timeZone: "UTC", hour: hourIn(-1) });
    expect(idsOf(await passHours(20))).toEqual([]);
    await want({ hour: hourIn(2) });
    expect(idsOf(await passHours(2))).toEqual([ann.id]);
    await want({ frequency: "off" });
    expect(idsOf(await passHours(25))).toEqual([]);
  });
});

describe("a digest tells", () => {
  beforeEach(async () => {
    await updatePreferences(deps, {
      actorId: ann.id,
      changes: { types: { LIKE: { email: true } }, digest: { frequency: "daily" } },
    });
  });

  test("in groups what was not read since the last one", async () => {
    const cleo = await createPerson(deps);
    for (const { id } of [bob, cleo, await createPerson(deps)]) await like(deps, { actorId: id, postId });
    await comment(deps, { actorId: bob.id, postId, text: "so blue" });
    clock.pass(dayMs);
    await runSchedule();
    expect(deps.mails).toHaveLength(1);
    const [mail] = deps.mails;
    expect(mail?.subject).toBe("2 things you missed on Pixora");
    expect(mail?.text).toMatch(new RegExp(`\\w+, ${cleo.handle} and 1 other liked your post\\n  “the sea”`));
    expect(mail?.text).toMatch(new RegExp(`${bob.handle} commented on your post\\n  “so blue”`));
    expect(mail?.headers?.["List-Unsubscribe"]).toContain("/unsubscribe/all.");
    clock.pass(dayMs);
    expect(await runSchedule()).toEqual([ann.id]);
    expect(deps.mails).toHaveLength(1);
  });

  test("nothing of what was read, is hidden by now, or is of a type without mails", async () => {
    await like(deps, { actorId: bob.id, postId });
    await markRead(deps, { actorId: ann.id, which: { upToId: maxId } });
    await updatePreferences(deps, { actorId: ann.id, changes: { types: { LIKE: { email: false } } } });
    await like(deps, { actorId: (await createPerson(deps)).id, postId });
    const gone = await createPerson(deps);
    await comment(deps, { actorId: gone.id, postId });
    await suspend(deps, { userId: gone.id });
    clock.pass(dayMs);
    expect(await runSchedule()).toEqual([ann.id]);
    expect(deps.mails).toEqual([]);
  });

  test("nobody whose address is not verified", async () => {
    await comment(deps, { actorId: bob.id, postId });
    await deps.db.pool.query("update credentials set email_verified_at = null where user_id = $1", [ann.id]);
    clock.pass(dayMs);
    await runSchedule();
    expect(deps.mails).toEqual([]);
  });

  test("it once, though its job runs many times at once; not taken, it is sent again later", async () => {
    await comment(deps, { actorId: bob.id, postId });
    clock.pass(dayMs);
    await requestDigests(deps);
    const facts = await takeFacts(deps, "notification.digestDue");
    const away = { send: () => Promise.reject(new MailRefusedError("away", { isFinal: false })), async close() {} };
    await sendDigests({ ...deps, mailer: away }, { facts });
    clock.pass(minuteMs);
    await retryDeliveries(deps);
    const again = await takeFacts(deps, "notification.digestDue");
    expect(again.map((fact) => fact.payload)).toEqual(facts.map((fact) => fact.payload));
    await Promise.all(Array.from({ length: 4 }, () => sendDigests({ ...deps }, { facts: again })));
    expect(deps.mails).toHaveLength(1);
    expect(await listDeliveries(deps, { userId: ann.id })).toMatchObject([{ state: "sent", attempts: 2 }]);
  });

  test("of very many groups the newest twenty", async () => {
    for (let time = 0; time < 22; time += 1) {
      const { id } = await createPost(deps, { authorId: ann.id });
      await like(deps, { actorId: bob.id, postId: id });
    }
    clock.pass(dayMs);
    await runSchedule();
    expect(deps.mails[0]?.subject).toBe("20 and more things you missed on Pixora");
  });
});
