// Which browsers are rung, which endpoints are taken, and the one key of a deployment.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../platform/process/config.ts";
import { revokeSession } from "../session/session.service.ts";
import { createPerson, openTestDeps, type TestDeps, testConfig } from "../testing/index.ts";
import { openBrowser, signInDevice } from "../testing/outside.ts";
import { createBrowser } from "../testing/push-sink.ts";
import { parseEndpoint } from "./push.endpoint.ts";
import {
  deleteDeadSubscriptions,
  listSubscriptions,
  presentPublicKey,
  subscribe,
  unsubscribe,
} from "./push.service.ts";

const endpoint = "https://push.example.com/send/1";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const endpointsOf = async (userId: string) =>
  (await listSubscriptions(deps.db.sql, { userIds: [userId], now: new Date() })).map((row) => row.endpoint);

test("all processes, however many ask first at once, tell browsers the same key", async () => {
  const processes = Array.from({ length: 8 }, () => ({ db: deps.db }));
  const keys = await Promise.all(processes.map(presentPublicKey));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
  expect(Buffer.from(keys[0]?.key ?? "", "base64url")).toHaveLength(65);
});

describe("a subscription", () => {
  test("made twice is one, with the newer keys; ended, it is gone, and so the second time", async () => {
    const ann = await createPerson(deps);
    await openBrowser(deps, { userId: ann.id, endpoint });
    const { keys } = await openBrowser(deps, { userId: ann.id, endpoint: `${endpoint}#again` });
    const rows = await listSubscriptions(deps.db.sql, { userIds: [ann.id], now: new Date() });
    expect(rows).toMatchObject([{ endpoint, ...keys }]);
    for (let time = 0; time < 2; time += 1) await unsubscribe(deps, { actorId: ann.id, endpoint });
    expect(await endpointsOf(ann.id)).toEqual([]);
  });

  test("of a browser that changes hands is its present user's only, and nobody else's to end", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    await openBrowser(deps, { userId: ann.id, endpoint });
    await openBrowser(deps, { userId: bob.id, endpoint });
    await unsubscribe(deps, { actorId: ann.id, endpoint });
    expect([await endpointsOf(ann.id), await endpointsOf(bob.id)]).toEqual([[], [endpoint]]);
  });

  test("dies with its session", async () => {
    const ann = await createPerson(deps);
    const { sessionId } = await openBrowser(deps, { userId: ann.id, endpoint: `${endpoint}/a` });
    await openBrowser(deps, { userId: ann.id, endpoint: `${endpoint}/b` });
    await revokeSession(deps, { actorId: ann.id, sessionId });
    expect(await endpointsOf(ann.id)).toEqual([`${endpoint}/b`]);
    await deleteDeadSubscriptions(deps);
    const count = statement<{ count: number }>(
      "test.countSubscriptions",
      "select count(*)::int as count from push_subscriptions where user_id = $1",
    );
    expect(await deps.db.sql.one(count, [ann.id])).toEqual({ count: 1 });
  });

  test("is one of twenty at most: the oldest go", async () => {
    const ann = await createPerson(deps);
    const sessionId = await signInDevice(deps, { userId: ann.id });
    const { keys } = createBrowser();
    for (let place = 0; place < 22; place += 1) {
      await subscribe(deps, { actorId: ann.id, sessionId, endpoint: `${endpoint}/many/${place}`, keys });
    }
    const left = await endpointsOf(ann.id);
    expect(left).toHaveLength(20);
    expect(left).not.toContain(`${endpoint}/many/1`);
  });
});

describe("an endpoint", () => {
  test.each([
    "http://push.example.com/1",
    "ftp://push.example.com/1",
    "push.example.com/1",
    "",
    "https://user:secret@push.example.com/1",
    "https://localhost/1",
    "https://a.localhost/1",
    "https://printer.local/1",
    "https://metadata.google.internal/1",
    "https://intranet/1",
    "https://127.0.0.1/1",
    "https://2130706433/1",
    "https://0x7f.1/1",
    "https://10.0.0.1/1",
    "https://169.254.169.254/latest/meta-data",
    "https://192.168.0.1:8443/1",
    "https://push.example.com:8443/1",
    "https://push.example.com:22/1",
    "https://203.0.114.7:80/1",
    "https://[::1]/1",
    "https://[::ffff:10.0.0.1]/1",
    "https://[fd00:ec2::254]/1",
  ])("%s is refused by name", async (bad) => {
    const ann = await createPerson(deps);
    const subscribing = openBrowser(deps, { userId: ann.id, endpoint: bad });
    await expect(subscribing).rejects.toMatchObject({
      code: "input.invalid",
      fieldErrors: { endpoint: [expect.any(String)] },
    });
  });

  test("of the great push services is taken", () => {
    const good = [
      "https://fcm.googleapis.com/fcm/send/abc:def",
      "https://updates.push.services.mozilla.com/wpush/v2/abc",
      "https://wns2-par02p.notify.windows.com/w/?token=abc",
      "https://web.push.apple.com/abc",
    ];
    for (const one of good) expect(parseEndpoint(deps.config, one)?.href).toBe(one);
  });

  test("must be on the operator's list, where there is one", () => {
    const rules = testConfig({ PUSH_ALLOWED_HOSTS: "fcm.googleapis.com, *.push.apple.com" });
    const isTaken = (host: string) => parseEndpoint(rules, `https://${host}/1`) !== null;
    expect(["fcm.googleapis.com", "web.push.apple.com"].map(isTaken)).toEqual([true, true]);
    expect(["googleapis.com", "x.fcm.googleapis.com", "push.apple.com", "evilpush.apple.com.x.io"].some(isTaken)).toBe(
      false,
    );
  });

  test("on this machine is for tests only", () => {
    const rules = testConfig({ PUSH_ALLOW_LOOPBACK: "true" });
    expect(parseEndpoint(rules, "http://127.0.0.1:9/1")?.port).toBe("9");
    expect(parseEndpoint(rules, "http://10.0.0.1/1")).toBeNull();
    expect(() => testConfig({ PUSH_ALLOW_LOOPBACK: "true", NODE_ENV: "production" })).toThrow(ConfigError);
  });
});
