// What a start tells of who else can reach the server.
import { expect, test } from "vitest";
import { describeStart, isLoopback, urlOf } from "./welcome.mjs";

const start = { url: "http://127.0.0.1:4000", services: { started: [] } };

test("on loopback it names the logins, and how to open the server", () => {
  const text = describeStart({ ...start, host: "127.0.0.1", hasDemoPeople: true });
  expect(text).toContain("Only this machine reaches it");
  expect(text).toContain("Sign in as alice, bob, carol with the password pixora-demo");
});

test("open to the network, it warns of the published password where such people are", () => {
  const open = { ...start, host: "0.0.0.0" };
  expect(describeStart({ ...open, hasDemoPeople: true })).toContain("their password is published");
  const bare = describeStart({ ...open, hasDemoPeople: false });
  expect(bare).toContain("Your network reaches it too (HOST=0.0.0.0).");
  expect(bare).not.toContain("password");
});

test.each([
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.5", false],
  ["127.example", false],
])("%s is loopback: %s", (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:4000"],
  ["localhost", "http://localhost:4000"],
  ["0.0.0.0", "http://127.0.0.1:4000"],
  ["::", "http://127.0.0.1:4000"],
  ["::1", "http://[::1]:4000"],
])("a server that listens at %s is reached at %s", (host, url) => {
  expect(urlOf({ host, port: 4000 })).toBe(url);
});
