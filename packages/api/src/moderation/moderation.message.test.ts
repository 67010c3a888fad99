// Messages before the moderators: they see what was reported and a little around it, and nothing else of a conversation;
// what they take away counts no more, and comes back as it was.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mendCounters } from "../audit/audit.service.ts";
import { createGroup } from "../chat/chat.group.ts";
import { countConversations, listMessages } from "../chat/chat.list.ts";
import { acceptConversation } from "../chat/chat.member.ts";
import { deleteMessage } from "../chat/chat.message.ts";
import { markConversationRead } from "../chat/chat.read.ts";
import { presentConversation } from "../chat/chat.view.ts";
import { streamPersonalEvents } from "../live/live.stream.ts";
import { sendAs } from "../testing/conversations.ts";
import {
  createPerson,
  createSession,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  waitFor,
} from "../testing/index.ts";
import { decideCase } from "./moderation.decide.ts";
import { listCases, presentCase } from "./moderation.queue.ts";
import { createReport, listMyReports } from "./moderation.report.ts";
import { resolveReport } from "./moderation.resolve.ts";
import { reverseDecision } from "./moderation.reverse.ts";

let deps: TestDeps;
let moderator: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
  moderator = await createPerson(deps, { role: "moderator" });
});
afterAll(() => deps.close());

const send = (person: TestPerson, conversationId: string, text: string) => sendAs(deps, person, conversationId, text);

/** A group of two who are in it and one who is asked. */
async function openGroup() {
  const [ann, bob, asked] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  const { id } = await createGroup(deps, { actorId: ann.id, userIds: [bob.id, asked.id], title: "a group" });
  await acceptConversation(deps, { actorId: bob.id, conversationId: id });
  return { ann, bob, asked, id };
}

const report = (person: TestPerson, conversationId: string, seq: number) =>
  createReport(deps, { actorId: person.id, target: { conversationId, seq }, reason: "harassment", note: "" });

async function caseOf(person: TestPerson) {
  const { items } = await listCases(deps, { viewerId: moderator.id, state: "open", limit: 100 });
  const found = items.find(({ user }) => user?.id === person.id);
  if (found === undefined) throw new Error("there is no case");
  return found;
}

const see = async (person: TestPerson, conversationId: string, seq: number) =>
  (await listMessages(deps, { viewerId: person.id, conversationId, limit: 100 })).items.find((one) => one.seq === seq);
const unreadOf = async (person: TestPerson, conversationId: string) =>
  (await presentConversation(deps, { viewerId: person.id, conversationId })).unreadCount;

test("a reported message comes with the five before and after, deleted ones left out, and with nothing else", async () => {
  const { ann, bob, id } = await openGroup();
  const sent = [];
  for (let turn = 0; turn < 15; turn += 1) sent.push(await send(turn % 2 ? bob : ann, id, `word ${turn}`));
  const [hidden, target] = [sent[5], sent[7]];
  if (hidden === undefined || target === undefined) throw new Error("messages are missing");
  await deleteMessage(deps, { actorId: bob.id, conversationId: id, seq: hidden.seq });
  await report(ann, id, target.seq);
  const detail = await presentCase(deps, { viewerId: moderator.id, caseId: (await caseOf(bob)).id });
  expect(detail).toMatchObject({ subject: { conversationId: id, seq: target.seq }, evidence: [{ text: "word 7" }] });
  expect(detail.evidence[0]?.messages.map(({ text, handle }) => [text, handle])).toEqual(
    [2, 3, 4, 6, 7, 8, 9, 10, 11, 12].map((turn) => [`word ${turn}`, (turn % 2 ? bob : ann).handle]),
  );
  expect(detail.evidence[0]?.messages[5]?.sentAt).toBe(sent[8]?.createdAt);
  await expect(listMessages(deps, { viewerId: moderator.id, conversationId: id, limit: 5 })).rejects.toMatchObject({
    code: "chat.notFound",
  });
  expect((await listMyReports(deps, { viewerId: ann.id, limit: 5 })).items).toMatchObject([
    { target: { conversationId: id, seq: target.seq }, state: "open" },
  ]);
});

test("a message that one may not read cannot be reported: asked, outside, deleted, said by the system, or none", async () => {
  const { ann, bob, asked, id } = await openGroup();
  const { seq } = await send(ann, id, "hello");
  const gone = await send(ann, id, "gone");
  await deleteMessage(deps, { actorId: ann.id, conversationId: id, seq: gone.seq });
  const refused = (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ code: "chat.notFound" });
  await refused(report(asked, id, seq));
  await refused(report(moderator, id, seq));
  await refused(report(bob, id, gone.seq));
  await refused(report(bob, id, 1));
  await refused(report(bob, id, 1_000));
});

test("a removed message is gone for all but its sender, counts no more, and comes back exactly as it was", async () => {
  const { ann, bob, id } = await openGroup();
  const cleo = await createPerson(deps);
  await send(ann, id, "before");
  const { seq } = await send(ann, id, "the bad one");
  expect(await unreadOf(bob, id)).toBe(2);
  await report(bob, id, seq);
  const found = await caseOf(ann);
  const decide = (action: "remove" | "markSensitive") =>
    decideCase(deps, {
      actorId: moderator.id,
      caseId: found.id,
      action,
      rule: "1",
      text: "why",
      note: "",
      until: null,
    });
  await expect(decide("markSensitive")).rejects.toMatchObject({ code: "input.invalid" });

  const sessionId = (await createSession(deps, { userId: bob.id })).id;
  const stop = new AbortController();
  const told: string[] = [];
  const stream = (async () => {
    const events = streamPersonalEvents(deps, {
      viewer: { userId: bob.id, sessionId },
      lastEventId: null,
      signal: stop.signal,
    });
    for await (const { event } of events) told.push(event.type);
  })();
  await waitFor("the stream", () => told.includes("ready"));
  await decide("remove");
  await waitFor("the removal to be told", () => told.includes("message.deleted"));
  expect(await see(bob, id, seq)).toMatchObject({ isDeleted: true, text: null });
  expect(await see(ann, id, seq)).toMatchObject({ isDeleted: false, text: "the bad one" });
  expect(await unreadOf(bob, id)).toBe(1);
  expect((await listMyReports(deps, { viewerId: bob.id, limit: 5 })).items).toMatchObject([{ state: "acted" }]);

  const decisionId = (await presentCase(deps, { viewerId: moderator.id, caseId: found.id })).decisions[0]?.id ?? "";
  const reverse = () => reverseDecision(deps, { actorId: moderator.id, decisionId, text: "we were wrong" });
  await Promise.all([reverse(), reverse()]);
  await waitFor(
    "the return to be told",
    () => told.includes("message.updated") && told.includes("conversation.updated"),
  );
  expect(await see(bob, id, seq)).toMatchObject({ isDeleted: false, text: "the bad one" });
  expect(await unreadOf(bob, id)).toBe(2);
  expect(await countConversations(deps, { viewerId: bob.id })).toMatchObject({ unread: 1 });
  expect(await countConversations(deps, { viewerId: cleo.id })).toMatchObject({ unread: 0 });
  stop.abort();
  await stream;
});

test("what was read or deleted while it was away neither counts nor returns, and the audit finds nothing to mend", async () => {
  const { ann, bob, id } = await openGroup();
  const [one, two] = [await send(ann, id, "one"), await send(ann, id, "two")];
  const decisionIds: string[] = [];
  for (const { seq } of [one, two]) {
    const { reportId } = await report(bob, id, seq);
    await resolveReport(deps, { actorId: moderator.id, reportId, action: "delete" });
    const { items } = await listCases(deps, { viewerId: moderator.id, state: "closed", limit: 1 });
    const detail = await presentCase(deps, { viewerId: moderator.id, caseId: items[0]?.id ?? "" });
    decisionIds.push(detail.decisions[0]?.id ?? "");
  }
  expect(await unreadOf(bob, id)).toBe(0);
  await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: one.seq });
  await deleteMessage(deps, { actorId: ann.id, conversationId: id, seq: two.seq });
  for (const decisionId of decisionIds) {
    await reverseDecision(deps, { actorId: moderator.id, decisionId, text: "we were wrong" });
  }
  expect(await unreadOf(bob, id)).toBe(0);
  expect(await see(bob, id, one.seq)).toMatchObject({ text: "one", isDeleted: false });
  expect(await see(ann, id, two.seq)).toMatchObject({ text: null, isDeleted: true });
  await mendCounters(deps);
  expect(await unreadOf(bob, id)).toBe(0);
});
