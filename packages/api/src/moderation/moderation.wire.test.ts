// Moderation over the wire: how soon a decision is seen, on the server where it is made and on another one; what is open to
// a suspended account; the moderators' stream.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  openServerProcess,
  openTestServer,
  type ServerProcess,
  type TestServer,
  type TestStream,
  type WireClient,
  type WirePerson,
  waitFor,
} from "../testing/index.ts";
import { openTestSocket, type TestSocket } from "../testing/wire.socket.ts";
import { workOff } from "../testing/work-off.ts";
import { setRole } from "../user/user.service.ts";

let near: TestServer;
let far: ServerProcess;
let moderator: WirePerson;
let colleague: WirePerson;
let ann: WirePerson;
let bob: WirePerson;
const sockets: TestSocket[] = [];
beforeAll(async () => {
  near = await openTestServer();
  far = await openServerProcess(near.deps);
  [moderator, colleague, ann, bob] = await Promise.all([
    near.signUp({ handle: "warden" }),
    near.signUp({ handle: "keeper" }),
    near.signUp(),
    near.signUp(),
  ]);
  for (const handle of ["warden", "keeper"]) await setRole(near.deps, { handle, role: "moderator" });
}, 60_000);
afterAll(async () => {
  for (const socket of sockets) await socket.close();
  await far.close();
  await near.close();
});

async function subscribe(port: number, person: WirePerson, path: string, input?: unknown): Promise<TestStream> {
  const socket = await openTestSocket(port, { token: person.token });
  sockets.push(socket);
  const stream = socket.subscribe(path, input);
  await waitFor(`${path} to begin`, () => stream.items.length > 0);
  return stream;
}

const decide = async (caseId: string, action: "remove" | "suspend" | "dismiss") =>
  moderator.client.moderation.decide({ caseId, action, rule: "1", text: "Because of this" });
const caseOf = async (reportId: string) => {
  const { caseId } = await near.deps.db.prisma.report.findUniqueOrThrow({ where: { id: BigInt(reportId) } });
  return `${caseId}`;
};
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error: { appCode?: string }) => error.appCode,
  );

test("a removal is seen by the next call on every server, and ends open streams within five seconds", {
  timeout: 30_000,
}, async () => {
  const post = await ann.client.post.create({ caption: "a lake" });
  const streams = [
    await subscribe(near.port, bob, "live.onPost", { postId: post.id }),
    await subscribe(far.port, bob, "live.onPost", { postId: post.id }),
  ];
  const own = await subscribe(far.port, ann, "live.onPost", { postId: post.id });
  const told = await subscribe(far.port, ann, "live.onEvent");
  const { reportId } = await bob.client.moderation.report({ target: { postId: post.id }, reason: "spam" });
  const startMs = performance.now();
  const decided = await decide(await caseOf(reportId), "remove");
  expect(decided).toMatchObject({ state: "closed", outcome: "acted" });
  for (const client of [bob.client, far.client({ token: bob.token })]) {
    expect(await codeOf(client.post.byId({ postId: post.id }))).toBe("post.notFound");
  }
  await waitFor("the streams to end", () => streams.every((stream) => stream.isStopped || stream.error !== null));
  expect(performance.now() - startMs).toBeLessThan(5_000);
  expect(own.isStopped).toBe(false);
  await waitFor("the author to be told", () => JSON.stringify(told.items).includes("moderation.decided"));
  expect(told.items.at(-1)).toMatchObject({
    data: {
      type: "moderation.decided",
      decision: { action: "remove", subject: { postId: post.id }, text: "Because of this", reversedAt: null },
    },
  });
  const seen = await ann.client.post.byId({ postId: post.id });
  expect(seen.viewer?.moderation).toMatchObject({ state: "removed", text: "Because of this" });
});

test("a suspended account reads why, appeals, takes its archive along and goes, and may do nothing else", {
  timeout: 30_000,
}, async () => {
  const eve = await near.signUp({ handle: "eve_gone" });
  const stream = await subscribe(far.port, eve, "live.onEvent");
  const { reportId } = await bob.client.moderation.report({ target: { userId: eve.user.id }, reason: "spam" });
  const startMs = performance.now();
  await decide(await caseOf(reportId), "suspend");
  await waitFor("the stream to end", () => stream.isStopped || stream.error !== null);
  expect(performance.now() - startMs).toBeLessThan(5_000);

  // Another device, too: whoever was signed out must be able to appeal.
  const signedIn = await near.client().auth.signIn({ login: "eve_gone", password: eve.password });
  for (const client of [eve.client, near.client({ token: signedIn.tokens.accessToken })] satisfies WireClient[]) {
    expect((await client.user.me()).handle).toBe("eve_gone");
    const refused = [
      client.feed.home(),
      client.user.byHandle({ handle: "warden" }),
      client.post.create({ caption: "hi" }),
    ];
    expect(await Promise.all(refused.map(codeOf))).toEqual(Array(3).fill("auth.suspended"));
  }
  const [decision] = (await eve.client.moderation.decisions()).items;
  expect(decision).toMatchObject({ action: "suspend", subject: { userId: eve.user.id }, text: "Because of this" });
  await eve.client.moderation.appeal({ decisionId: decision?.id ?? "", text: "It was not me" });
  await eve.client.auth.requestExport({ password: eve.password });
  await workOff(near.deps);
  const { url } = await eve.client.auth.export();
  const archive = await near.request({ path: new URL(url ?? "").pathname });
  expect(archive.status).toBe(200);
  expect(
    await codeOf(
      moderator.client.moderation.resolveAppeal({ decisionId: decision?.id ?? "", outcome: "upheld", reply: "It was" }),
    ),
  ).toBe("moderation.forbidden");
  await colleague.client.moderation.resolveAppeal({
    decisionId: decision?.id ?? "",
    outcome: "overturned",
    reply: "It was not",
  });
  const again = await near.client().auth.signIn({ login: "eve_gone", password: eve.password });
  const back = near.client({ token: again.tokens.accessToken });
  expect(await codeOf(back.feed.home())).toBe("ok");
  await moderator.client.moderation.suspend({ userId: eve.user.id });
  expect(await codeOf(back.auth.deleteAccount({ password: eve.password }))).toBe("ok");
});

test("the moderators' stream tells of new cases, and ends with the role", { timeout: 30_000 }, async () => {
  const helper = await near.signUp({ handle: "second_mod" });
  await setRole(near.deps, { handle: "second_mod", role: "moderator" });
  const stream = await subscribe(far.port, helper, "live.onQueue");
  const open = () => (stream.items.at(-1) as { open: number }).open;
  const before = open();
  await bob.client.moderation.report({ target: { userId: ann.user.id }, reason: "spam" });
  await waitFor("the new case", () => open() === before + 1);
  await setRole(near.deps, { handle: "second_mod", role: "user" });
  await waitFor("the stream to end", () => stream.isStopped || stream.error !== null);
  expect(stream.error?.appCode).toBe("moderation.forbidden");
  const denied = await openTestSocket(near.port, { token: bob.token });
  sockets.push(denied);
  const none = denied.subscribe("live.onQueue");
  await waitFor("the refusal", () => none.error !== null);
  expect(none.error?.appCode).toBe("moderation.forbidden");
});
