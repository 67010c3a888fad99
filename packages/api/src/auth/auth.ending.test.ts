// The table of what ends what, walked over the wire: somebody else holds an account in every way there is, its owner acts,
// and each way is tried.
import { type Statement, statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listSubscriptions } from "../push/push.service.ts";
import type { TestSocket, TestStream } from "../testing/index.ts";
import {
  openTestServer,
  type TestServer,
  type WireClient,
  WireError,
  type WirePerson,
  waitFor,
} from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { setRole } from "../user/user.service.ts";
import { type Ending, endings, type Hold, holds } from "./auth.ending.ts";

const newPassword = "staple correct horse";
/** Where all owners signed up. */
const ownersPlace = "127.0.0.3";
/** The next place that somebody else calls from, and signs in to one account. */
let place = 10;

let server: TestServer;
let moderator: WireClient;
beforeAll(async () => {
  server = await openTestServer({ env: { LIMITS_SCALE: "1" } });
  const staff = await server.signUp({ handle: "warden" }, { from: "127.0.0.2" });
  await setRole(server.deps, { handle: "warden", role: "moderator" });
  moderator = staff.client;
});
afterAll(() => server.close());

interface Held {
  owner: WirePerson;
  other: { client: WireClient; refreshToken: string; from: string };
  socket: TestSocket;
  stream: TestStream;
  links: Record<"emailVerification" | "emailChange" | "passwordReset" | "notice", string>;
  archivePath: string;
  waitingEmail: string;
}

/** The token of the newest mail to an address whose subject begins so. */
function linkTo(address: string, subject: string): string {
  const mail = server.deps.mails.findLast((sent) => sent.to === address && sent.subject.startsWith(subject));
  return /\?token=([\w-]+)$/m.exec(mail?.text ?? "")?.[1] ?? `no mail "${subject}" to ${address}`;
}

async function holdInEveryWay(name: string): Promise<Held> {
  const from = `127.0.0.${place}`;
  place += 1;
  const owner = await server.signUp({ handle: `h_${name.toLowerCase()}` }, { from: ownersPlace });
  const waitingEmail = `waiting-${owner.email}`;
  const changed = "horse of the first change";
  await owner.client.auth.changePassword({ currentPassword: owner.password, newPassword: changed });
  owner.password = changed;
  await server.client({ from }).auth.requestEmailVerification({ email: owner.email });
  await owner.client.auth.changeEmail({ newEmail: waitingEmail, password: owner.password });
  const signedIn = await server.client({ from }).auth.signIn({ login: owner.user.handle, password: owner.password });
  const token = signedIn.tokens.accessToken;
  const client = server.client({ from, token });
  await server.client({ from }).auth.requestPasswordReset({ email: owner.email });
  await client.auth.requestExport();
  await workOff(server.deps);
  const { url } = await client.auth.export();
  const p256dh = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
  const endpoint = `https://push.example.com/send/${name}`;
  await client.push.subscribe({ endpoint, keys: { p256dh, auth: "AAAAAAAAAAAAAAAAAAAAAA" } });
  const socket = await server.openSocket({ from, token });
  const stream = socket.subscribe("live.onEvent");
  await waitFor("the stream to be open", () => stream.items.length > 0);
  return {
    owner,
    other: { client, refreshToken: signedIn.tokens.refreshToken, from },
    socket,
    stream,
    links: {
      emailVerification: linkTo(owner.email, "Verify your e-mail"),
      emailChange: linkTo(waitingEmail, "Verify your new"),
      passwordReset: linkTo(owner.email, "Reset"),
      notice: linkTo(owner.email, "Your Pixora password"),
    },
    archivePath: new URL(url ?? "").pathname,
    waitingEmail,
  };
}

const acts: Record<Ending, (held: Held) => Promise<unknown>> = {
  passwordChanged: ({ owner }) => owner.client.auth.changePassword({ currentPassword: owner.password, newPassword }),
  signedOutEverywhere: ({ owner }) => owner.client.auth.signOutEverywhere({ exceptCurrent: true }),
  passwordReset: ({ links }) => server.client().auth.resetPassword({ token: links.passwordReset, newPassword }),
  disowned: ({ links }) => server.client().auth.resetPassword({ token: links.notice, newPassword }),
  claimed: ({ links }) => server.client().auth.verifyEmail({ token: links.emailVerification, newPassword }),
  emailAsked: ({ owner }) =>
    owner.client.auth.changeEmail({ newEmail: `third-${owner.email}`, password: owner.password }),
  emailChanged: ({ links }) => server.client({ from: ownersPlace }).auth.verifyEmail({ token: links.emailChange }),
  suspended: ({ owner }) => moderator.moderation.suspend({ userId: owner.user.id }),
  async unsuspended({ owner }) {
    await moderator.moderation.suspend({ userId: owner.user.id });
    await moderator.moderation.unsuspend({ userId: owner.user.id });
  },
  deleted: ({ owner }) => owner.client.auth.deleteAccount({ password: owner.password }),
};

/** "works", or the code it is refused with. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "works",
    (error: unknown) => {
      if (error instanceof WireError) return error.appCode;
      throw error;
    },
  );
}

const pendingEmail: Statement<{ email: string | null }> = statement(
  "test.pendingEmail",
  "select pending_email as email from credentials where user_id = $1",
);

/** After as many wrong passwords as a place has, only one that is known may try on. */
async function isKnownPlace({ owner, other }: Held): Promise<boolean> {
  const attempt = () =>
    server.client({ from: other.from }).auth.signIn({ login: owner.user.handle, password: "not the password" });
  for (let tries = 0; tries < 10; tries += 1) await outcomeOf(attempt());
  return (await outcomeOf(attempt())) !== "limit.exceeded";
}

/** Tries one way to hold the account: "works", or how it is refused. */
const tries: Record<Hold, (held: Held) => Promise<string>> = {
  async session({ other }) {
    const call = await outcomeOf(other.client.auth.sessions());
    const refresh = await outcomeOf(server.client().auth.refresh({ refreshToken: other.refreshToken }));
    return call === refresh ? call : `${call}, but refreshing: ${refresh}`;
  },
  async pushSubscription({ owner }) {
    const ring = { userIds: [owner.user.id], now: new Date() };
    return (await listSubscriptions(server.deps.db.sql, ring)).length > 0 ? "works" : "not rung";
  },
  async stream({ stream, other }) {
    const isLive = (await outcomeOf(other.client.auth.sessions())) === "works";
    if (!isLive) await waitFor("the stream to end", () => stream.isStopped, { timeoutMs: 5_000 });
    return stream.isStopped ? "ended" : "works";
  },
  knownDevice: async (held) => ((await isKnownPlace(held)) ? "works" : "forgotten"),
  archive: async ({ archivePath }) => {
    const { status } = await server.request({ path: archivePath });
    return status === 200 ? "works" : String(status);
  },
  async waitingEmail({ owner, waitingEmail }) {
    const row = await server.deps.db.sql.maybe(pendingEmail, [owner.user.id]);
    return row?.email === waitingEmail ? "works" : "not waiting";
  },
  emailVerification: ({ links }) =>
    outcomeOf(server.client({ from: ownersPlace }).auth.verifyEmail({ token: links.emailVerification })),
  emailChange: ({ links }) =>
    outcomeOf(server.client({ from: ownersPlace }).auth.verifyEmail({ token: links.emailChange })),
  passwordReset: ({ links }) =>
    outcomeOf(server.client().auth.resetPassword({ token: links.passwordReset, newPassword: "yet another horse" })),
  notice: ({ links }) =>
    outcomeOf(server.client().auth.resetPassword({ token: links.notice, newPassword: "yet another horse" })),
};

const refusals: Record<Hold, string> = {
  session: "auth.sessionRevoked",
  pushSubscription: "not rung",
  stream: "ended",
  knownDevice: "forgotten",
  archive: "404",
  waitingEmail: "not waiting",
  emailVerification: "auth.tokenInvalid",
  emailChange: "auth.tokenInvalid",
  passwordReset: "auth.tokenInvalid",
  notice: "auth.tokenInvalid",
};

function expectedOf(ending: Ending, hold: Hold): string {
  const extent: string = endings[ending][hold];
  if (extent === "stays") return "works";
  // Its session may still be refreshed, for the few calls that are open to whoever is suspended.
  if (extent === "refused" && hold === "session") return "auth.suspended, but refreshing: works";
  return refusals[hold];
}

// A notice that works ends the other links, and a reset that works ends it: each has a world of its own.
const rounds: readonly (readonly Hold[])[] = [holds.filter((hold) => hold !== "notice"), ["notice"]];
const walks = (Object.keys(endings) as Ending[]).flatMap((ending) => rounds.map((tried) => ({ ending, tried })));

test.each(walks)("$ending ends what the table says of $tried, and no more", { timeout: 60_000 }, async (walk) => {
  const { ending, tried } = walk;
  const held = await holdInEveryWay(`${ending}_${tried.length}`);
  expect(await outcomeOf(held.other.client.auth.sessions())).toBe("works");
  expect((await server.request({ path: held.archivePath })).status).toBe(200);
  await acts[ending](held);
  const outcomes: Partial<Record<Hold, string>> = {};
  // In the table's order: what works may end what comes after it, and such links come last.
  for (const hold of tried) outcomes[hold] = await tries[hold](held);
  expect(outcomes).toEqual(Object.fromEntries(tried.map((hold) => [hold, expectedOf(ending, hold)])));
  await held.socket.close();
});
