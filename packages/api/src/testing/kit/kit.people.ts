// People of a test Pixora: an account, a session that the SDK and the test's own calls share, and a browser for pushes.
import { statement } from "@pixora/db";
import { hashPassword } from "../../platform/secret/password.ts";
import { issueTokens } from "../../session/session.refresh.ts";
import { startSession } from "../../session/session.service.ts";
import { signAccessToken } from "../../session/session.token.ts";
import { createPerson } from "../people.ts";
import { createBrowser, type PushSink, type TestBrowser } from "../push-sink.ts";
import type { Caller } from "../wire.http.ts";
import type { TestServer } from "../wire.ts";
import type { TestPush, TestTokens, TestUser } from "./kit.types.ts";

interface SignInInput {
  handle?: string;
  isPrivate?: boolean;
  role?: "user" | "moderator" | "admin";
  password?: string;
}

export interface TestPeople {
  signIn(input?: SignInInput): Promise<TestUser>;
  /** Gives the tests' own calls tokens that are good now. */
  renewTokens(): Promise<void>;
  /** What has come to their browsers. */
  readPushes(): TestPush[];
}

/** The people of one server; their pushes go to `sink`. */
export function openPeople(server: TestServer, sink: PushSink): TestPeople {
  const browsers = new Map<string, { userId: string; browser: TestBrowser }>();
  const callers: { caller: Caller; userId: string; sessionId: string }[] = [];
  let serial = 0;

  async function allowPushes(user: Pick<TestUser, "id" | "client">): Promise<void> {
    serial += 1;
    const browser = createBrowser();
    const path = `/browser-${serial}`;
    browsers.set(path, { userId: user.id, browser });
    await user.client.push.subscribe({ endpoint: `${sink.url}${path}`, keys: browser.keys });
  }

  async function signIn(input: SignInInput = {}): Promise<TestUser> {
    const account = await makeAccount(server, input);
    const caller: Caller = { token: account.tokens.accessToken };
    callers.push({ caller, userId: account.id, sessionId: account.sessionId });
    let tokens: TestTokens | null = account.tokens;
    const session = {
      load: () => tokens,
      save(next: TestTokens | null) {
        tokens = next;
      },
    };
    const client = server.client(caller);
    const { id, handle, email } = account;
    return { id, handle, email, url: server.url, session, client, allowPushes: () => allowPushes({ id, client }) };
  }

  return {
    signIn,
    async renewTokens() {
      for (const { caller, ...session } of callers) {
        caller.token = (await signAccessToken(server.deps, session)).accessToken;
      }
    },
    readPushes: () =>
      sink.pushes.flatMap(({ path, body }) => {
        const owner = browsers.get(path);
        if (owner === undefined) return [];
        return [{ userId: owner.userId, message: owner.browser.read(body) as TestPush["message"] }];
      }),
  };
}

interface Account {
  id: string;
  handle: string;
  email: string;
  sessionId: string;
  tokens: TestTokens;
}

const setPassword = statement<never>(
  "testing.setPassword",
  "update credentials set password_hash = $2 where user_id = $1",
);

async function makeAccount({ deps }: TestServer, input: SignInInput): Promise<Account> {
  const { id, handle } = await createPerson(deps, input);
  if (input.password !== undefined) await deps.db.sql.run(setPassword, [id, await hashPassword(input.password)]);
  const device = { deviceName: "a test", userAgent: "test", ip: "127.0.0.1" };
  const row = await startSession(deps.db.sql, { userId: id, device, places: [], now: deps.clock.now() });
  return { id, handle, email: `${handle}@test.example`, sessionId: row.id, tokens: await issueTokens(deps, row) };
}
