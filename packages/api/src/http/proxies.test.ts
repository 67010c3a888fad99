// What reverse proxies write, whom the log names, and what is believed of it.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";
import { warnSparsely, withoutPorts } from "./proxies.ts";

describe("X-Forwarded-For", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:50123", "203.0.113.7"],
    ["203.0.113.7:1, 10.0.0.2:65535", "203.0.113.7, 10.0.0.2"],
    ["[2001:db8::7]:50123", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["2001:db8::7", "2001:db8::7"],
    ["unknown, 203.0.113.7:80", "unknown, 203.0.113.7"],
    ["1.2.3:80", "1.2.3:80"],
  ])("%s is read as %s", (written, read) => {
    expect(withoutPorts(written)).toBe(read);
  });
});

describe("a proxy", () => {
  let trusting: TestServer;
  let forgetful: TestServer;

  beforeAll(async () => {
    trusting = await openTestServer({ env: { TRUSTED_PROXIES: "127.0.0.1,10.0.0.0/8", LIMITS_SCALE: "1" } });
    forgetful = await openTestServer();
  });
  afterAll(() => Promise.all([trusting.close(), forgetful.close()]));

  test("that writes ports, and one behind it, lead to the caller's own budget", async () => {
    const wrongSignIns = async (forwarded: string, calls: number) => {
      const codes: string[] = [];
      for (let call = 0; call < calls; call += 1) {
        const headers = { "x-forwarded-for": forwarded.replaceAll("PORT", String(50_000 + call)) };
        const input = { login: "nobody", password: "wrong password" };
        const [answer] = await trusting.batch([{ path: "auth.signIn", input }], { headers });
        codes.push(answer?.ok === false ? answer.error.appCode : "ok");
      }
      return codes;
    };
    const spent = await wrongSignIns("203.0.113.7:PORT, 10.0.0.2:PORT", 11);
    expect(spent).toContain("limit.exceeded");
    expect(await wrongSignIns("203.0.113.8:PORT, 10.0.0.2:PORT", 1)).toEqual(["auth.wrongCredentials"]);
    expect(await wrongSignIns("203.0.113.7:PORT, 10.0.0.2:PORT", 1)).toEqual(["limit.exceeded"]);
  });

  test("that TRUSTED_PROXIES forgets is named in the log, once a minute", async () => {
    const warn = vi.spyOn(forgetful.deps.log, "warn");
    for (const forwarded of ["203.0.113.7", "203.0.113.8"]) {
      await forgetful.request({ path: "/healthz", headers: { "x-forwarded-for": forwarded } });
    }
    const said = warn.mock.calls.filter((call) => JSON.stringify(call).includes("TRUSTED_PROXIES"));
    expect(said.length).toBe(1);
  });

  test("that takes upgrades away is named in the log, once a minute", async () => {
    const warn = vi.spyOn(forgetful.deps.log, "warn");
    warn.mockClear();
    for (let call = 0; call < 3; call += 1) expect((await forgetful.request({ path: "/trpc" })).status).toBe(426);
    expect(warn.mock.calls.filter((call) => JSON.stringify(call).includes("upgrade")).length).toBe(1);
  });
});

test("a sparse warning is said again after a minute", () => {
  let now = 0;
  const warn = vi.fn();
  const say = warnSparsely({ warn }, "something is wrong", () => now);
  for (now of [0, 59_999, 60_000, 60_001]) say({ now });
  expect(warn.mock.calls).toEqual([
    [{ now: 0 }, "something is wrong"],
    [{ now: 60_000 }, "something is wrong"],
  ]);
});
