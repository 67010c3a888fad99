// A new room finds its places in the files that list rooms, and stands beside no other of its name.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeRoom } from "./new-room.mjs";

const repository = fileURLToPath(new URL("../", import.meta.url));
const touched = [
  "prisma/models",
  "prisma/migrations",
  "packages/api/src/root.ts",
  "packages/api/src/root.names.json",
  "packages/api/src/http/reference/names.ts",
  "packages/api/src/http/reference/summaries.ts",
  "packages/api/src/platform/call/errors.ts",
  "scripts/checks/rooms.mjs",
];

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pixora-room-"));
  for (const path of touched) cpSync(join(repository, path), join(root, path), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (path) => readFileSync(join(root, path), "utf8");

test("a noun of two words is spelt as each place spells it", () => {
  const made = makeRoom({ root, noun: "guestList" });
  expect(made.every((path) => existsSync(join(root, path)))).toBe(true);
  expect(made.some((path) => /^prisma\/migrations\/\d{4}_guest_list\/migration\.sql$/.test(path))).toBe(true);
  expect(read("prisma/models/guestList.prisma")).toContain('@@map("guest_lists")');
  expect(read("prisma/models/user.prisma")).toMatch(/\n {2}guestLists GuestList\[\]\n/);
  expect(read("packages/api/src/root.ts")).toContain("  guestList: guestListRouter,\n});");
  expect(read("packages/api/src/platform/call/errors.ts")).toContain(
    '"guestList.notFound": ["NOT_FOUND", "No such guest list"]',
  );
  expect(JSON.parse(read("packages/api/src/root.names.json"))).toMatchObject({
    procedures: expect.arrayContaining(["mutation guestList.create", "query guestList.list"]),
    tables: expect.arrayContaining(["guest_lists"]),
  });
  expect(read("packages/api/src/http/reference/summaries.ts")).toContain('create: "Makes a guest list"');
  expect(read("scripts/checks/rooms.mjs")).toContain('"guestList",');
});

test("a room that stands is not made again, and nothing of it is touched", () => {
  makeRoom({ root, noun: "guestList" });
  const before = read("packages/api/src/root.ts");
  expect(() => makeRoom({ root, noun: "guestList" })).toThrow("exists already");
  expect(read("packages/api/src/root.ts")).toBe(before);
});

test("a noun whose folder or table stands in another room is refused before anything is written", () => {
  mkdirSync(join(root, "packages/api/src/http"), { recursive: true });
  const before = read("packages/api/src/root.ts");
  expect(() => makeRoom({ root, noun: "http" })).toThrow("A folder http exists already");
  expect(() => makeRoom({ root, noun: "credential" })).toThrow("A table credentials exists already");
  expect(existsSync(join(root, "packages/api/src/credential"))).toBe(false);
  expect(read("packages/api/src/root.ts")).toBe(before);
});
