// Whatever ends a session ends all of it: its next call fails, its streams close within five seconds and tell nothing
// more, on another server than the one that was told; with Redis, and without.
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@pixora/api/testing";
import type { Tokens } from "@pixora/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type WireClient, WireError } from "../../packages/api/src/testing/wire.client.ts";
import { createWireHttp, type WireHttp } from "../../packages/api/src/testing/wire.http.ts";
import { type App, type House, openHouse } from "./house.ts";
import { openWatchers, type Watchers } from "./watchers.ts";

const closeWithinMs = 5_000;
const password = "seven quiet herons";
const newPassword = "a dozen loud herons";

let house: House;
let near: WireHttp;
let far: App;
let farHttp: WireHttp;
let author: WireClient;
let moderator: WireClient;
let victims = new Map<string, Victim>();

interface Victim {
  id: string;
  handle: string;
  sessionId: string;
  tokens: Tokens;
  /** The session that will end, and another one of the same person. */
  own: WireClient;
  other: WireClient;
  /** For the kind that needs one. */
  resetToken: string;
  /** Somebody else's post, which nobody but the victim looks at. */
  postId: string;
  watchers: Watchers;
}

interface Kind {
  name: string;
  code: "auth.sessionRevoked" | "auth.suspended";
  keepsOthers: boolean;
  revoke: (victim: Victim) => Promise<unknown>;
}

const revocations: Omit<Kind, "code">[] = [
  { name: "signing out", keepsOthers: true, revoke: ({ own }) => own.auth.signOut() },
  { name: "revoking it", keepsOthers: true, revoke: ({ other, sessionId }) => other.auth.revokeSession({ sessionId }) },
  { name: "signing out everywhere", keepsOthers: false, revoke: ({ other }) => other.auth.signOutEverywhere() },
  {
    name: "signing out everywhere else",
    keepsOthers: true,
    revoke: ({ other }) => other.auth.signOutEverywhere({ exceptCurrent: true }),
  },
  {
    name: "changing the password",
    keepsOthers: true,
    revoke: ({ other }) => other.auth.changePassword({ currentPassword: password, newPassword }),
  },
  {
    name: "resetting the password",
    keepsOthers: false,
    revoke: ({ resetToken }) => near.client().auth.resetPassword({ token: resetToken, newPassword }),
  },
  { name: "being suspended", keepsOthers: false, revoke: ({ id }) => moderator.moderation.suspend({ userId: id }) },
  { name: "deleting the account", keepsOthers: false, revoke: ({ other }) => other.auth.deleteAccount({ password }) },
];
const kinds: Kind[] = revocations.map((kind) => ({
  ...kind,
  code: kind.name === "being suspended" ? "auth.suspended" : "auth.sessionRevoked",
}));
const conditions = ["redis", "noredis"] as const;

async function signUp(handle: string): Promise<{ id: string; tokens: Tokens; client: WireClient }> {
  const { user, tokens } = await near.client().auth.signUp({ email: `${handle}@walk.example`, handle, password });
  if (user === null) throw new Error("sign-up answered no user");
  return { id: user.id, tokens, client: near.client({ token: tokens.accessToken }) };
}

async function createVictim(handle: string): Promise<Victim> {
  const { id, tokens, client: own } = await signUp(handle);
  const { items } = await own.auth.sessions();
  const second = await near.client().auth.signIn({ login: handle, password });
  const other = near.client({ token: second.tokens.accessToken });
  await near.client().auth.requestPasswordReset({ email: `${handle}@walk.example` });
  const { id: postId } = await author.post.create({ caption: `for ${handle}` });
  const watchers = await openWatchers(far, { tokens, postId });
  return { id, handle, sessionId: items[0]?.id ?? "", tokens, own, other, resetToken: "", postId, watchers };
}

/** The token mailed to each address to reset its password. */
async function readResetTokens(): Promise<Map<string, string>> {
  const folder = join(tmpdir(), `${house.prefix}-mail`);
  const files = await readdir(folder).catch(() => []);
  const mails = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const found = mails.map((mail) => [
    /^To: (.*)@walk\.example/m.exec(mail)?.[1],
    /reset-password\?token=(\S+)/.exec(mail)?.[1],
  ]);
  return new Map(found.flatMap(([handle, token]) => (handle && token ? [[handle, token] as const] : [])));
}

beforeAll(async () => {
  house = await openHouse({ hasOwnRedis: true });
  const [nearApp, farApp] = await Promise.all([house.startServer(), house.startServer(), house.startWorker()]);
  [near, far, farHttp] = [createWireHttp(nearApp.port), farApp, createWireHttp(farApp.port)];
  const [writer, staff] = [await signUp("writer"), await signUp("warden")];
  // As scripts/role.ts makes them.
  await house.pool.query("update users set role = 'moderator' where id = $1", [staff.id]);
  [author, moderator] = [writer.client, staff.client];
  const handles = conditions.flatMap((condition) => kinds.map((_, index) => `${condition}${index}`));
  const created = await Promise.all(handles.map(createVictim));
  const resetTokens = await waitFor("the mails", async () => {
    const found = await readResetTokens();
    return handles.every((handle) => found.has(handle)) ? found : null;
  });
  for (const victim of created) victim.resetToken = resetTokens.get(victim.handle) ?? "";
  victims = new Map(created.map((victim) => [victim.handle, victim]));
  const streams = created.flatMap(({ watchers }) => watchers.streams);
  await waitFor("all streams to be open", () => streams.every(({ types }) => types.length > 0), { timeoutMs: 20_000 });
}, 90_000);

afterAll(async () => {
  await Promise.all([...victims.values()].map(({ watchers }) => watchers.close()));
  for (const http of [near, farHttp]) http.close();
  await house.close();
});

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(() => null).catch((cause: unknown) => cause);
  return error instanceof WireError ? error.appCode : String(error);
}

/**
 * Something happens to a person: an entry in their log, as every room makes them. By hand, because no call may write for
 * somebody who is suspended or gone.
 */
async function happenTo(userId: string): Promise<void> {
  await house.pool.query(
    `with head as (update live_heads set seq = seq + 1 where user_id = $1 returning seq)
     insert into live_log (user_id, seq, type, payload) select $1, seq, 'notification.seen', '{"upToId": "1"}' from head`,
    [userId],
  );
}

/** Waits for the end of all streams and answers how long the slowest lived on, in milliseconds. */
async function closingTimeOf({ watchers }: Victim): Promise<number> {
  const startMs = performance.now();
  for (const stream of watchers.streams) {
    await waitFor(`the end of ${stream.name}`, () => stream.isOver, { timeoutMs: closeWithinMs });
  }
  return performance.now() - startMs;
}

/** Ends the session, expects that nothing of it works or is told any more, and answers how long its streams lived on. */
async function revokeAndWatch(victim: Victim, kind: Kind): Promise<number> {
  const { watchers, postId } = victim;
  await kind.revoke(victim);
  const seen = watchers.streams.map(({ types }) => types.length);
  const closing = closingTimeOf(victim);
  closing.catch(() => undefined);
  // What happens from here on is not for them.
  await Promise.all([
    happenTo(victim.id),
    author.comment.create({ postId, text: `after ${kind.name}` }),
    author.like.create({ postId }),
  ]);
  const token = victim.tokens.accessToken;
  const codes = await Promise.all([
    codeOf(farHttp.client({ token }).auth.sessions()),
    codeOf(farHttp.client({ token }).post.create({ caption: "still here" })),
    codeOf(near.client({ token }).user.byHandle({ handle: "writer" })),
    codeOf(watchers.socket.call("query", "auth.sessions")),
  ]);
  expect(codes, kind.name).toEqual(Array(4).fill(kind.code));
  const tookMs = await closing;
  watchers.streams.forEach((stream, index) => {
    const later = stream.types.slice(seen[index]).filter((type) => type !== "session.revoked");
    expect(later, `${stream.name} after ${kind.name}`).toEqual([]);
  });
  expect(await codeOf(victim.other.auth.sessions())).toBe(kind.keepsOthers ? "null" : kind.code);
  return tookMs;
}

describe.each(conditions)("with %s", (condition) => {
  test("what ends a session ends its calls and its streams, on another server, and nothing more is told", async () => {
    if (condition === "noredis") await house.redis?.kill();
    const took = await Promise.all(
      kinds.map((kind, index) => {
        const victim = victims.get(`${condition}${index}`);
        if (victim === undefined) throw new Error("nobody to revoke");
        return revokeAndWatch(victim, kind);
      }),
    );
    console.log(`revocation, ${condition}: ${took.length} kinds, slowest stream ${Math.round(Math.max(...took))} ms`);
  }, 40_000);
});
