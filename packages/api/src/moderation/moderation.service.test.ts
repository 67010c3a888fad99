// Moderation: roles, suspensions, reports and what resolving one does.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createComment } from "../comment/comment.service.ts";
import { parseRevokedHint, revokedHintChannel } from "../log/log.hint.ts";
import { presentPosts } from "../post/post.view.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson, waitFor } from "../testing/index.ts";
import { setRole } from "../user/user.service.ts";
import { presentUser } from "../user/user.view.ts";
import { requireModerator } from "./moderation.rank.ts";
import { createReport, listOpenReports } from "./moderation.report.ts";
import { resolveReport } from "./moderation.resolve.ts";
import { reportInput } from "./moderation.schema.ts";
import { suspendUser, unsuspendUser } from "./moderation.service.ts";

let deps: TestDeps;
let moderator: TestPerson;
let admin: TestPerson;
let person: TestPerson;
let reporter: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  moderator = await createPerson(deps, { role: "moderator" });
  admin = await createPerson(deps, { role: "admin" });
});
afterAll(() => deps.close());
beforeEach(async () => {
  [person, reporter] = [await createPerson(deps), await createPerson(deps)];
});

const selectFacts = statement<{ fact: string }>(
  "test.facts",
  `select fact from outbox where payload->>'userId' = $1 order by id`,
);

const forgetCase = statement<never>(
  "test.forgetCase",
  "with old as (delete from cases where id = (select case_id from reports where id = $1)) update reports set case_id = null where id = $1",
);
const markGone = statement<never>("test.markGone", "update users set deleted_at = now() where id = $1");

/** The newest open report's id. */
async function newestReportId(): Promise<string> {
  const page = await listOpenReports(deps, { viewerId: moderator.id, limit: 1 });
  return page.items[0]?.id ?? "";
}

describe("roles", () => {
  test("are read at each call", async () => {
    const actorId = person.id;
    await expect(requireModerator(deps, { actorId })).rejects.toMatchObject({ code: "moderation.forbidden" });
    await setRole(deps, { handle: person.handle, role: "moderator" });
    await expect(requireModerator(deps, { actorId })).resolves.toBeUndefined();
    await setRole(deps, { handle: person.handle, role: "user" });
    await expect(requireModerator(deps, { actorId })).rejects.toMatchObject({ code: "moderation.forbidden" });
  });
});

describe("suspension", () => {
  test("hides a person, is told once, and ends", async () => {
    const pair = { actorId: moderator.id, userId: person.id };
    await suspendUser(deps, pair);
    await suspendUser(deps, pair);
    const look = () => presentUser(deps, { viewerId: reporter.id, userId: person.id });
    await expect(look()).rejects.toMatchObject({ code: "user.notFound" });
    await unsuspendUser(deps, pair);
    await unsuspendUser(deps, pair);
    expect(await look()).toMatchObject({ id: person.id });
    const facts = await deps.db.sql.many(selectFacts, [person.id]);
    expect(facts.map((row) => row.fact)).toEqual([
      "user.suspended",
      "moderation.statementDue",
      "user.unsuspended",
      "moderation.statementDue",
    ]);
  });

  test("tells every process to end the person's streams", async () => {
    const hints: unknown[] = [];
    const stop = deps.pubsub.subscribe(revokedHintChannel, (message) => hints.push(parseRevokedHint(message)));
    await waitFor("the hint of a suspension", async () => {
      await suspendUser(deps, { actorId: moderator.id, userId: person.id });
      return hints.length > 0;
    });
    stop();
    expect(hints[0]).toEqual({ userId: person.id, sessionId: null });
  });

  test("reaches nobody of one's own rank or above, and nobody unknown", async () => {
    for (const userId of [moderator.id, admin.id]) {
      const suspend = suspendUser(deps, { actorId: moderator.id, userId });
      await expect(suspend).rejects.toMatchObject({ code: "moderation.forbidden" });
    }
    const unknown = suspendUser(deps, { actorId: moderator.id, userId: "1" });
    await expect(unknown).rejects.toMatchObject({ code: "user.notFound" });
    await suspendUser(deps, { actorId: admin.id, userId: moderator.id });
    await unsuspendUser(deps, { actorId: admin.id, userId: moderator.id });
  });
});

describe("reports", () => {
  const report = (target: object, changes: object = {}) =>
    createReport(deps, { ...reportInput.parse({ target, reason: "spam", ...changes }), actorId: reporter.id });

  test("name exactly one target", () => {
    for (const target of [{}, { postId: "1", userId: "2" }, { postId: "x" }]) {
      expect(reportInput.safeParse({ target, reason: "spam" }).success).toBe(false);
    }
  });

  test("come newest first with who is reported and who reports", async () => {
    const post = await createPost(deps, { authorId: person.id });
    const comment = await createComment(deps, { actorId: person.id, postId: post.id, text: "buy this" });
    await report({ userId: person.id });
    await report({ postId: post.id }, { note: "again and again" });
    await report({ commentId: comment.id });
    const page = await listOpenReports(deps, { viewerId: moderator.id, limit: 2 });
    expect(page.items).toMatchObject([
      { target: { commentId: comment.id }, user: { id: person.id }, reporter: { id: reporter.id }, note: "" },
      { target: { postId: post.id }, reason: "spam", note: "again and again" },
    ]);
    const next = await listOpenReports(deps, { viewerId: moderator.id, limit: 2, cursor: page.nextCursor });
    expect(next.items[0]).toMatchObject({ target: { userId: person.id } });
  });

  test("are for what the reporter sees", async () => {
    const post = await createPost(deps, { authorId: person.id, visibility: "followers" });
    await expect(report({ postId: post.id })).rejects.toMatchObject({ code: "post.notFound" });
    await expect(report({ commentId: "1" })).rejects.toMatchObject({ code: "comment.notFound" });
    await createBlock(deps, { actorId: person.id, userId: reporter.id });
    await expect(report({ userId: person.id })).rejects.toMatchObject({ code: "user.notFound" });
  });

  test("with one key are made once", async () => {
    const before = (await listOpenReports(deps, { viewerId: moderator.id, limit: 100 })).items.length;
    await report({ userId: person.id }, { idempotencyKey: "k" });
    await report({ userId: person.id }, { idempotencyKey: "k" });
    expect((await listOpenReports(deps, { viewerId: moderator.id, limit: 100 })).items.length).toBe(before + 1);
    const reused = report({ userId: person.id }, { idempotencyKey: "k", note: "more" });
    await expect(reused).rejects.toMatchObject({ code: "idempotency.reused" });
  });

  test("are resolved once, by deleting a post of a suspended author too", async () => {
    const post = await createPost(deps, { authorId: person.id });
    await report({ postId: post.id });
    const reportId = await newestReportId();
    await suspendUser(deps, { actorId: moderator.id, userId: person.id });
    const resolve = () => resolveReport(deps, { actorId: moderator.id, reportId, action: "delete" });
    await resolve();
    await resolve();
    await unsuspendUser(deps, { actorId: moderator.id, userId: person.id });
    expect(await presentPosts(deps, { viewerId: reporter.id, ids: [post.id] })).toEqual([]);
    expect(await newestReportId()).not.toBe(reportId);
  });

  test("of a comment are resolved by deleting it, though a block hides it from the moderator", async () => {
    const post = await createPost(deps, { authorId: reporter.id });
    const comment = await createComment(deps, { actorId: person.id, postId: post.id, text: "rude" });
    await report({ commentId: comment.id });
    await createBlock(deps, { actorId: person.id, userId: moderator.id });
    await resolveReport(deps, { actorId: moderator.id, reportId: await newestReportId(), action: "delete" });
    expect(await presentPosts(deps, { viewerId: reporter.id, ids: [post.id] })).toMatchObject([{ commentCount: 0 }]);
  });

  test("of a person are resolved by suspending, not by deleting; unknown ones are not found", async () => {
    await report({ userId: person.id });
    const reportId = await newestReportId();
    const wrong = resolveReport(deps, { actorId: moderator.id, reportId, action: "delete" });
    await expect(wrong).rejects.toMatchObject({ code: "input.invalid" });
    await resolveReport(deps, { actorId: moderator.id, reportId, action: "suspend" });
    const look = presentUser(deps, { viewerId: null, userId: person.id });
    await expect(look).rejects.toMatchObject({ code: "user.notFound" });
    const unknown = resolveReport(deps, { actorId: moderator.id, reportId: "1", action: "dismiss" });
    await expect(unknown).rejects.toMatchObject({ code: "moderation.notFound" });
  });

  test("about a moderator are neither read nor resolved by that moderator, but by an admin", async () => {
    await report({ userId: moderator.id });
    const seenBy = async (viewerId: string) => (await listOpenReports(deps, { viewerId, limit: 1 })).items[0];
    const about = await seenBy(admin.id);
    expect(about).toMatchObject({ user: { id: moderator.id }, reporter: { id: reporter.id } });
    expect((await seenBy(moderator.id))?.id).not.toBe(about?.id);
    const reportId = about?.id ?? "";
    const resolve = (actorId: string) => resolveReport(deps, { actorId, reportId, action: "dismiss" });
    await expect(resolve(moderator.id)).rejects.toMatchObject({ code: "moderation.notFound" });
    const peer = await createPerson(deps, { role: "moderator" });
    await expect(resolve(peer.id)).rejects.toMatchObject({ code: "moderation.forbidden" });
    await expect(resolve(admin.id)).resolves.toBeUndefined();
  });

  test("by a moderator about an admin's post give the moderator no power over it", async () => {
    const post = await createPost(deps, { authorId: admin.id });
    await createReport(deps, {
      ...reportInput.parse({ target: { postId: post.id }, reason: "spam" }),
      actorId: moderator.id,
    });
    const reportId = await newestReportId();
    for (const action of ["dismiss", "delete", "suspend"] as const) {
      const resolve = resolveReport(deps, { actorId: moderator.id, reportId, action });
      await expect(resolve).rejects.toMatchObject({ code: "moderation.forbidden" });
    }
    expect(await presentPosts(deps, { viewerId: reporter.id, ids: [post.id] })).toHaveLength(1);
  });

  test("that a server of the release before has stored are resolved as any", async () => {
    const post = await createPost(deps, { authorId: person.id });
    await report({ postId: post.id });
    const reportId = await newestReportId();
    await deps.db.sql.run(forgetCase, [reportId]);
    await resolveReport(deps, { actorId: moderator.id, reportId, action: "delete" });
    expect(await presentPosts(deps, { viewerId: reporter.id, ids: [post.id] })).toEqual([]);
    expect(await newestReportId()).not.toBe(reportId);
  });

  test("about somebody who is gone can still be closed", async () => {
    await report({ userId: person.id });
    const reportId = await newestReportId();
    await deps.db.sql.run(markGone, [person.id]);
    await expect(resolveReport(deps, { actorId: moderator.id, reportId, action: "dismiss" })).resolves.toBeUndefined();
  });
});
