import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseRevokedHint, revokedHintChannel } from "../log/log.hint.ts";
import { hashPassword } from "../platform/secret/password.ts";
import { ipHintOf } from "../session/session.device.ts";
import { refreshSession } from "../session/session.refresh.ts";
import { createSessionChecker, listSessions, revokeSession, signOut } from "../session/session.service.ts";
import { verifyAccessToken } from "../session/session.token.ts";
import { openTestDeps, suspend, type TestDeps, waitFor } from "../testing/index.ts";
import { signOutEverywhere } from "./auth.ending.ts";
import { signInInput, signUpInput } from "./auth.schema.ts";
import { signIn, signUp } from "./auth.service.ts";

const device = {
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ip: "203.0.113.7",
};
const password = "correct horse battery";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

let serial = 0;
async function signUpSomeone() {
  serial += 1;
  const handle = `someone${serial}`;
  const { user, tokens } = await signUp(deps, { email: `${handle}@test.example`, handle, password, device });
  if (user === null) throw new Error("signed up without a session");
  return { user, tokens, viewer: await verifyAccessToken(deps, { token: tokens.accessToken }) };
}

const countRows = statement<{ rows: number }>(
  "test.countRowsOfUser",
  `select (select count(*) from user_counts where user_id = $1)::int
        + (select count(*) from author_heads where author_id = $1)::int
        + (select count(*) from live_heads where user_id = $1)::int
        + (select count(*) from credentials where user_id = $1)::int
        + (select count(*) from sessions where user_id = $1)::int as rows`,
);

describe("signing up", () => {
  test("makes the person with every row a person has, and signs them in", async () => {
    const { user, viewer } = await signUpSomeone();
    expect(user).toMatchObject({ isEmailVerified: false, role: "user", pendingEmail: null, postCount: 0 });
    expect(user.displayName).toBe(user.handle);
    expect(viewer.userId).toBe(user.id);
    expect((await deps.db.sql.one(countRows, [user.id])).rows).toBe(5);
  });

  test("with a taken handle or e-mail is refused and leaves nothing behind", async () => {
    const { user } = await signUpSomeone();
    const other = { password, device };
    await expect(signUp(deps, { ...other, email: "free@test.example", handle: user.handle })).rejects.toMatchObject({
      code: "user.handleTaken",
    });
    await expect(signUp(deps, { ...other, email: user.email, handle: "freehandle" })).rejects.toMatchObject({
      code: "user.emailTaken",
    });
    await expect(signUp(deps, { ...other, email: "free@test.example", handle: "freehandle" })).resolves.toMatchObject({
      user: { handle: "freehandle" },
    });
  });

  test("twenty times at once with one handle makes one account", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        signUp(deps, { email: `rival${index}@test.example`, handle: "rivals", password, device }),
      ),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "user.handleTaken" });
    }
  });

  test("refuses common, short and malformed passwords with a field error, and makes addresses lower-case", () => {
    const base = { email: " Ann@Test.Example ", handle: "Ann_1" };
    for (const bad of [
      "Password123",
      "qwertyuiop",
      "short",
      "x".repeat(129),
      "with\0nul-inside",
      "half \ud800 of one",
    ]) {
      expect(signUpInput.safeParse({ ...base, password: bad }).error?.issues[0]?.path).toEqual(["password"]);
    }
    const parsed = signUpInput.parse({ ...base, password: `  ${"e\u0301".repeat(4)}  ` });
    expect(parsed).toMatchObject({ email: "ann@test.example", handle: "ann_1", password: `  ${"\u00e9".repeat(4)}  ` });
  });
});

describe("signing in", () => {
  test("works by e-mail and by handle, in whatever case, with or without its sign", async () => {
    const { user } = await signUpSomeone();
    for (const login of [user.email.toUpperCase(), user.handle.toUpperCase(), `@${user.handle}`]) {
      const answer = await signIn(deps, { login, password, device });
      expect(answer.user.id).toBe(user.id);
    }
  });

  test("says the same of an unknown login and of a wrong password", async () => {
    const { user } = await signUpSomeone();
    const attempts = [
      { login: user.email, password: "not the password" },
      { login: "nobody@test.example", password },
      { login: "nobody", password },
      { login: "not a handle!", password },
    ];
    for (const attempt of attempts) {
      await expect(signIn(deps, { ...attempt, device })).rejects.toMatchObject({ code: "auth.wrongCredentials" });
    }
    expect(signInInput.safeParse({ login: "a\0b", password }).success).toBe(false);
  });

  test("of a suspended account opens a session that is refused nearly everything", async () => {
    const { user } = await signUpSomeone();
    await suspend(deps, { userId: user.id });
    const { tokens } = await signIn(deps, { login: user.handle, password, device });
    const viewer = await verifyAccessToken(deps, { token: tokens.accessToken });
    await expect(createSessionChecker(deps)(viewer)).rejects.toMatchObject({ code: "auth.suspended" });
    await expect(refreshSession(deps, tokens)).resolves.toBeDefined();
  });

  test("hashes the password anew when the parameters have risen since", async () => {
    const { user } = await signUpSomeone();
    const { hash } = await import("@node-rs/argon2");
    const weak = await hash(password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    const setHash = statement<never>("test.setHash", "update credentials set password_hash = $2 where user_id = $1");
    await deps.db.sql.run(setHash, [user.id, weak]);
    await signIn(deps, { login: user.handle, password, device });
    const readHash = statement<{ hash: string }>(
      "test.readHash",
      "select password_hash as hash from credentials where user_id = $1",
    );
    const { hash: stored } = await deps.db.sql.one(readHash, [user.id]);
    expect(stored).toContain("m=19456,t=2,p=1");
    await expect(signIn(deps, { login: user.handle, password, device })).resolves.toBeDefined();
  });

  test("hashes without holding the event loop up", async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await Promise.all(Array.from({ length: 8 }, () => hashPassword(password)));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(20);
  });
});

describe("sessions", () => {
  test("are listed with a device name and a coarse address, the calling one marked", async () => {
    const { user, viewer } = await signUpSomeone();
    await signIn(deps, { login: user.handle, password, device: { ...device, deviceName: "My phone" } });
    const { items } = await listSessions(deps, { viewerId: user.id, sessionId: viewer.sessionId });
    expect(items.map(({ deviceName, ipHint, isCurrent }) => ({ deviceName, ipHint, isCurrent }))).toEqual([
      { deviceName: "Firefox on Linux", ipHint: "203.0.113.x", isCurrent: true },
      { deviceName: "My phone", ipHint: "203.0.113.x", isCurrent: false },
    ]);
  });

  test("end at once when they sign out, and signing out twice is no error", async () => {
    const { user, viewer } = await signUpSomeone();
    const check = createSessionChecker(deps);
    await expect(check(viewer)).resolves.toBeUndefined();
    await signOut(deps, { actorId: user.id, sessionId: viewer.sessionId });
    await expect(check(viewer)).rejects.toMatchObject({ code: "auth.sessionRevoked" });
    await expect(signOut(deps, { actorId: user.id, sessionId: viewer.sessionId })).resolves.toEqual({ ok: true });
  });

  test("that end are announced to every process: each by its id, or all of a person at once", async () => {
    const { user, viewer } = await signUpSomeone();
    const heard: unknown[] = [];
    const stop = deps.pubsub.subscribe(revokedHintChannel, (message) => heard.push(parseRevokedHint(message)));
    const caller = { actorId: user.id, sessionId: viewer.sessionId };
    await waitFor("the subscription to stand", () => {
      deps.pubsub.publish(revokedHintChannel, "a probe");
      return heard.length > 0;
    });
    const other = await signIn(deps, { login: user.handle, password, device });
    const otherViewer = await verifyAccessToken(deps, { token: other.tokens.accessToken });
    await signOutEverywhere(deps, { ...caller, exceptCurrent: true });
    await signOutEverywhere(deps, caller);
    await waitFor("both announcements", () => heard.filter((hint) => hint !== null).length >= 2);
    expect(heard.filter((hint) => hint !== null)).toEqual([
      { userId: user.id, sessionId: otherViewer.sessionId },
      { userId: user.id, sessionId: null },
    ]);
    stop();
  });

  test("of someone else cannot be ended, and look as if they did not exist", async () => {
    const [mine, theirs] = [await signUpSomeone(), await signUpSomeone()];
    const attempt = revokeSession(deps, { actorId: mine.user.id, sessionId: theirs.viewer.sessionId });
    await expect(attempt).rejects.toMatchObject({ code: "auth.notFound" });
    await expect(createSessionChecker(deps)(theirs.viewer)).resolves.toBeUndefined();
  });

  test("all end by signing out everywhere, save the current one where that is asked", async () => {
    const { user, viewer } = await signUpSomeone();
    const other = await signIn(deps, { login: user.handle, password, device });
    const otherViewer = await verifyAccessToken(deps, { token: other.tokens.accessToken });
    const check = createSessionChecker(deps);
    await signOutEverywhere(deps, { actorId: user.id, sessionId: viewer.sessionId, exceptCurrent: true });
    await expect(check(viewer)).resolves.toBeUndefined();
    await expect(check(otherViewer)).rejects.toMatchObject({ code: "auth.sessionRevoked" });
    await signOutEverywhere(deps, { actorId: user.id, sessionId: viewer.sessionId });
    await expect(check(viewer)).rejects.toMatchObject({ code: "auth.sessionRevoked" });
  });

  test("are checked with one query a tick, however many calls", async () => {
    const { viewer } = await signUpSomeone();
    let queries = 0;
    const many: typeof deps.db.sql.many = (st, values) => {
      queries += 1;
      return deps.db.sql.many(st, values);
    };
    const check = createSessionChecker({ ...deps, db: { ...deps.db, sql: { ...deps.db.sql, many } } });
    await Promise.all(Array.from({ length: 50 }, () => check(viewer)));
    expect(queries).toBe(1);
  });

  test("gather where they may, and hear of what ended while another check was on its way", async () => {
    const [first, other] = [await signUpSomeone(), await signUpSomeone()];
    const started: Promise<unknown>[] = [];
    const { promise: isLet, resolve: letFirst } = Promise.withResolvers<void>();
    const many: typeof deps.db.sql.many = async (st, values) => {
      const rows = deps.db.sql.many(st, values);
      started.push(rows);
      await rows;
      if (started.length === 1) await isLet;
      return rows;
    };
    const check = createSessionChecker({ ...deps, db: { ...deps.db, sql: { ...deps.db.sql, many } } });
    const before = check(first.viewer, { mayGather: true });
    await vi.waitFor(() => expect(started).toHaveLength(1));
    await started[0];
    const later = [first, other].map(({ viewer }) => check(viewer, { mayGather: true }));
    const settled = Promise.allSettled(later);
    await signOut(deps, { actorId: first.viewer.userId, sessionId: first.viewer.sessionId });
    letFirst();
    await before;
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(started).toHaveLength(2);
  });

  test("show of an address only where it is roughly", () => {
    expect(
      ["198.51.100.9", "::ffff:198.51.100.9", "2001:db8:abcd:12::1", "fe80::1%eth0", "::1", "unix"].map(ipHintOf),
    ).toEqual(["198.51.100.x", "198.51.100.x", "2001:db8:abcd::/48", "fe80:0:0::/48", "0:0:0::/48", "unknown"]);
  });
});
