// Plants one violation of each import rule in a small copy of the house and sees exactly that rule fail: a check that
// cannot fail is worse than none.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { forbiddenImports } from "./import-rules.mjs";
import { checkImports } from "./imports.mjs";
import { drawRooms, roomOrder } from "./rooms.mjs";

const API = "packages/api/src";

const house = {
  "package.json": '{"name":"house","type":"module"}',
  "packages/db/package.json": '{"name":"@pixora/db","exports":{".":"./src/index.ts"}}',
  "packages/jobs/package.json": '{"name":"@pixora/jobs","exports":{".":"./src/index.ts"}}',
  "packages/api/package.json":
    '{"name":"@pixora/api","exports":{".":"./src/index.ts","./domain":"./src/domain.ts","./testing":"./src/testing/index.ts"}}',
  "packages/client/package.json": '{"name":"@pixora/client","exports":{".":"./src/index.ts"}}',
  "node_modules/fastify/package.json": '{"name":"fastify","main":"index.js"}',
  "node_modules/fastify/index.js": "export const fastify = 1;",
  "node_modules/@trpc/server/package.json": '{"name":"@trpc/server","main":"index.js"}',
  "node_modules/@trpc/server/index.js": "export const initTRPC = 1;",
  "packages/db/src/index.ts": 'export { sql } from "./sql.ts";',
  "packages/db/src/sql.ts": "export const sql = 1;",
  "packages/jobs/src/index.ts": "export const jobs = 1;",
  "packages/client/src/index.ts": 'import type { AppRouter } from "@pixora/api";\nexport type Client = AppRouter;',
  [`${API}/index.ts`]: 'export type { AppRouter } from "./root.ts";\nexport { apiPlugin } from "./http/plugin.ts";',
  [`${API}/domain.ts`]: 'export { likePost } from "./like/like.service.ts";',
  [`${API}/root.ts`]: 'import { likeRouter } from "./like/like.router.ts";\nexport type AppRouter = typeof likeRouter;',
  [`${API}/http/plugin.ts`]: 'import { fastify } from "fastify";\nexport const apiPlugin = fastify;',
  [`${API}/platform/errors.ts`]: 'import type { initTRPC } from "@trpc/server";\nexport type Code = typeof initTRPC;',
  [`${API}/platform/trpc.ts`]: 'import { initTRPC } from "@trpc/server";\nexport const trpc = initTRPC;',
  [`${API}/like/like.router.ts`]:
    'import { trpc } from "../platform/trpc.ts";\nimport { likePost } from "./like.service.ts";\nexport const likeRouter = [trpc, likePost];',
  [`${API}/like/like.service.ts`]:
    'import { sql } from "@pixora/db";\nimport { presentPosts } from "../post/post.view.ts";\nexport const likePost = [sql, presentPosts];',
  [`${API}/like/like.service.test.ts`]:
    'import { fastify } from "fastify";\nimport "../root.ts";\nimport "../testing/index.ts";\nexport const t = fastify;',
  [`${API}/visibility/post.visibility.ts`]: 'import type { Code } from "../platform/errors.ts";\nexport type C = Code;',
  [`${API}/post/post.view.ts`]:
    'import type { C } from "../visibility/post.visibility.ts";\nexport const presentPosts = 1 as unknown as C;',
  [`${API}/testing/index.ts`]: 'import "../http/plugin.ts";\nimport "../like/like.router.ts";\nexport const t = 1;',
  "apps/server/src/main.ts": 'import "@pixora/api";\nimport "@pixora/db";',
  "apps/worker/src/main.ts": 'import "@pixora/api/domain";\nimport "@pixora/jobs";',
  "apps/web/src/main.tsx": 'import "@pixora/client";\nexport const app = 1;',
  "bench/main.ts": 'import "@pixora/client";\nimport "@pixora/api/testing";',
  "scripts/tool.mjs": "export const tool = 1;",
  "prisma/seed/main.ts": 'import "@pixora/db";',
};

/** rule → files that, added to or put over the house, break just it */
const plants = {
  "db-stands-alone": { "packages/db/src/sql.ts": 'import "@pixora/jobs";\nexport const sql = 1;' },
  "jobs-stands-alone": { "packages/jobs/src/x.ts": 'import type {} from "@pixora/db";' },
  "api-uses-db-and-jobs": { [`${API}/post/post.test.ts`]: 'import "@pixora/client";' },
  "client-knows-api-only": { "packages/client/src/x.ts": 'import type {} from "@pixora/db";' },
  "client-takes-types-of-api": {
    "packages/client/src/x.ts": 'import { apiPlugin } from "@pixora/api";\nexport const p = apiPlugin;',
  },
  "apps-use-api-db-jobs": { "apps/server/src/x.ts": 'import "@pixora/client";' },
  "web-knows-client-only": { "apps/web/src/x.tsx": 'import type {} from "@pixora/api";' },
  "one-door-per-package": { "apps/server/src/x.ts": 'import "../../../packages/db/src/sql.ts";' },
  "nothing-imports-tools": { "apps/server/src/x.ts": 'import "../../../scripts/tool.mjs";' },
  "platform-knows-no-room": { [`${API}/platform/x.ts`]: 'import "../post/post.view.ts";' },
  "rooms-know-no-transport": { [`${API}/post/post.schema.ts`]: 'import type {} from "@trpc/server";' },
  "rooms-meet-below-routers": { [`${API}/purge/purge.post.ts`]: 'import "../like/like.router.ts";' },
  "rooms-look-down": { [`${API}/post/post.router.ts`]: 'import type {} from "../root.ts";' },
  "visibility-is-sql-only": { [`${API}/visibility/like.visibility.ts`]: 'import "../post/post.view.ts";' },
  "rooms-are-listed": { [`${API}/poll/poll.view.ts`]: "export const poll = 1;" },
  "root-lists-routers": { [`${API}/root.ts`]: 'import "./post/post.view.ts";\nexport type AppRouter = 1;' },
  "http-is-the-top": { [`${API}/handlers.ts`]: 'import "./http/plugin.ts";' },
  "testing-is-for-tests": { "apps/server/src/x.ts": 'import "@pixora/api/testing";' },
  "no-circles": { "packages/db/src/a.ts": 'import "./b.ts";', "packages/db/src/b.ts": 'import "./a.ts";' },
  "no-unresolved": { "packages/db/src/a.ts": 'import "lodash";' },
  "domain-is-transport-free": { [`${API}/domain.ts`]: 'export { trpc } from "./platform/trpc.ts";' },
};

/** Rooms and the room next after each, which it may not import; the first two have rules of their own. */
const neighbours = roomOrder.slice(2, -1).map((room) => ({ room, next: roomOrder[roomOrder.indexOf(room) + 1] }));

const roots = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function buildHouse(changes) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pixora-imports-")));
  roots.push(root);
  for (const [path, text] of Object.entries({ ...house, ...changes })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  mkdirSync(join(root, "node_modules", "@pixora"), { recursive: true });
  for (const name of ["db", "jobs", "api", "client"])
    symlinkSync(join(root, "packages", name), join(root, "node_modules", "@pixora", name));
  return root;
}

test("a house that keeps the rules passes", async () => {
  const { violations, fileCount } = await checkImports({ root: buildHouse({}) });
  expect(violations).toEqual([]);
  expect(fileCount).toBe(Object.keys(house).filter((path) => /\.(ts|tsx|mjs)$/.test(path)).length);
});

test("every rule has a planted violation", () => {
  expect(Object.keys(plants).sort()).toEqual(
    [
      ...forbiddenImports.map(({ name }) => name).filter((name) => !name.startsWith("order-of-")),
      "domain-is-transport-free",
      "rooms-are-listed",
    ].sort(),
  );
});

test.each(Object.entries(plants))("a violation of %s is found", async (rule, changes) => {
  const { violations } = await checkImports({ root: buildHouse(changes) });
  expect([...new Set(violations.map((violation) => violation.rule))]).toEqual([rule]);
});

test("of every room, an import of the room next after it is found", async () => {
  const folders = neighbours.map(({ room, next }) => [
    `${API}/${room}/planted.ts`,
    `import type {} from "../${next}/end.ts";`,
  ]);
  const ends = neighbours.map(({ next }) => [`${API}/${next}/end.ts`, "export const end = 1;"]);
  const { violations } = await checkImports({ root: buildHouse(Object.fromEntries([...folders, ...ends])) });
  expect(violations.map(({ rule }) => rule).sort()).toEqual(neighbours.map(({ room }) => `order-of-${room}`).sort());
});

test("a dynamic import counts", async () => {
  const root = buildHouse({
    "packages/db/src/a.ts": 'export async function load() { return import("@pixora/jobs"); }',
  });
  expect((await checkImports({ root })).violations.map(({ rule }) => rule)).toEqual(["db-stands-alone"]);
});

test("a dynamic import behind a using declaration counts", async () => {
  const text = 'export async function load() { await using it = await import("@pixora/jobs"); return it; }';
  const root = buildHouse({ "packages/db/src/a.ts": text });
  expect((await checkImports({ root })).violations.map(({ rule }) => rule)).toEqual(["db-stands-alone"]);
});

test("the drawing shows each room that is there, top room first, and none that is not", () => {
  const drawn = drawRooms({ exists: (room) => ["platform", "log", "user", "auth"].includes(room) }).split("\n");
  expect(drawn.map((line) => line.split("   ")[0].trim())).toEqual([
    "http",
    "*.router.ts",
    "auth",
    "user",
    "log",
    "platform",
  ]);
});
