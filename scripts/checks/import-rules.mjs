// The import rules of the house as dependency-cruiser rules; the comment of each is what a person reads on a violation.
import { roomOrder } from "./rooms.mjs";

const api = "^packages/api/src";
const tests = String.raw`\.(test|test-d|bench)\.(ts|tsx|mjs)$`;
const testing = `${api}/testing/`;
const anyTesting = "^packages/[^/]+/src/testing/";
const roomFiles = `${api}/(?!platform/|http/|testing/)[^/]+/`;
const topOfApi = [`${api}/http/`, String.raw`${api}/(root|index|domain|handlers)\.ts$`];
const routers = String.raw`\.router\.ts$`;
const transports = `(^|/)node_modules/(@trpc|fastify|@fastify)/|^(@trpc/|fastify$|@fastify/)`;

/** Workspace packages other than the named ones, by folder or, where the import does not resolve, by name. */
function packagesOtherThan(...names) {
  const allowed = names.map((name) => `${name}/`).join("|");
  const allowedNames = names.map((name) => `${name}(/|$)`).join("|");
  return [`^packages/(?!${allowed})`, "^apps/", `^@pixora/(?!${allowedNames})`];
}

function forbid(name, comment, from, to) {
  return { name, comment, severity: "error", from, to };
}

const packageRules = [
  forbid(
    "db-stands-alone",
    "packages/db imports no workspace package",
    { path: "^packages/db/" },
    { path: packagesOtherThan("db") },
  ),
  forbid(
    "jobs-stands-alone",
    "packages/jobs imports no workspace package",
    { path: "^packages/jobs/" },
    { path: packagesOtherThan("jobs") },
  ),
  forbid(
    "api-uses-db-and-jobs",
    "packages/api imports no workspace package but db and jobs",
    { path: "^packages/api/" },
    { path: packagesOtherThan("api", "db", "jobs") },
  ),
  forbid(
    "client-knows-api-only",
    "packages/client imports no workspace package but api",
    { path: "^packages/client/" },
    { path: packagesOtherThan("client", "api") },
  ),
  forbid(
    "client-takes-types-of-api",
    "packages/client imports only types of api (import type), so that no server code ends up in a browser",
    { path: "^packages/client/", pathNot: [tests, anyTesting] },
    { path: ["^packages/api/", "^@pixora/api"], dependencyTypesNot: ["type-only", "type-import"] },
  ),
  forbid(
    "apps-use-api-db-jobs",
    "apps other than web import only api, db and jobs",
    { path: "^apps/(?!web/)([^/]+)/" },
    { path: ["^packages/(?!api/|db/|jobs/)", "^apps/(?!$1/)", "^@pixora/(?!(api|db|jobs)(/|$))"] },
  ),
  forbid(
    "web-knows-client-only",
    "apps/web imports no workspace package but client: it is what any frontend can be",
    { path: "^apps/web/" },
    { path: ["^packages/(?!client/)", "^apps/(?!web/)", "^@pixora/(?!client(/|$))"] },
  ),
  forbid(
    "one-door-per-package",
    "another package is imported through its door (index.ts; of api also domain.ts and testing/index.ts, of client react/index.ts)",
    { path: "^(packages|apps)/([^/]+)/" },
    {
      path: "^packages/(?!$2/)",
      pathNot: [
        String.raw`^packages/[^/]+/src/index\.ts$`,
        String.raw`^packages/api/src/(domain|testing/index)\.ts$`,
        String.raw`^packages/client/src/react/index\.ts$`,
      ],
    },
  ),
  forbid(
    "nothing-imports-tools",
    "bench, scripts and prisma/seed may import anything; nothing imports them",
    { path: "^(packages|apps)/" },
    { path: "^(bench|scripts|prisma)/" },
  ),
];

const roomRules = [
  forbid(
    "platform-knows-no-room",
    "packages/api/src/platform imports no room",
    { path: `${api}/platform/`, pathNot: tests },
    { path: [roomFiles, ...topOfApi, testing] },
  ),
  forbid(
    "rooms-know-no-transport",
    "a service, view or schema imports neither tRPC nor Fastify: that is the router's and http's work",
    { path: roomFiles, pathNot: [tests, routers] },
    { path: transports },
  ),
  forbid(
    "rooms-meet-below-routers",
    "only root.ts imports routers; rooms meet at services, views and schemas",
    { path: `${api}/`, pathNot: [tests, testing, String.raw`${api}/root\.ts$`] },
    { path: routers },
  ),
  forbid(
    "rooms-look-down",
    "a room imports neither http nor root, index, domain or handlers",
    { path: roomFiles, pathNot: tests },
    { path: topOfApi },
  ),
  forbid(
    "visibility-is-sql-only",
    "a visibility file imports only platform and other visibility files, and stands in packages/api/src/visibility",
    { path: String.raw`^packages/api/src/(visibility/|.+\.visibility\.ts$)`, pathNot: tests },
    { path: `${api}/`, pathNot: [`${api}/platform/`, `${api}/visibility/`] },
  ),
  forbid(
    "root-lists-routers",
    "root.ts imports only routers and platform",
    { path: String.raw`${api}/root\.ts$` },
    { path: `${api}/`, pathNot: [routers, `${api}/platform/`] },
  ),
  forbid(
    "http-is-the-top",
    "only index.ts imports http",
    { path: `${api}/`, pathNot: [tests, testing, `${api}/http/`, String.raw`${api}/index\.ts$`] },
    { path: `${api}/http/` },
  ),
  forbid(
    "testing-is-for-tests",
    "only tests import a package's src/testing",
    { path: "^(packages|apps)/", pathNot: [tests, anyTesting] },
    { path: anyTesting },
  ),
];

/**
 * For each room, the rooms that do not stand before it. Routers may look at any room's services; tests at anything.
 * `visibility`, the first, has a stricter rule above; the last may look at all others.
 */
const orderRules = roomOrder.slice(2, -1).map((room) => {
  const later = roomOrder.slice(roomOrder.indexOf(room) + 1);
  return forbid(
    `order-of-${room}`,
    `${room} imports no room that stands after it in scripts/checks/rooms.mjs`,
    { path: `${api}/${room}/`, pathNot: [tests, routers] },
    { path: later.map((name) => `${api}/${name}/`) },
  );
});

const fileRules = [
  forbid("no-circles", "no circles between files", { pathNot: tests }, { circular: true }),
  forbid(
    "no-unresolved",
    "the import leads nowhere (is the package in package.json?)",
    { path: "^(packages|apps)/" },
    { couldNotResolve: true, pathNot: ["^(@pixora/|node:)", "/generated/"] },
  ),
];

export const forbiddenImports = [...packageRules, ...roomRules, ...orderRules, ...fileRules];

/** Files from which no chain of runtime imports may lead to a transport: the worker loads them. */
export const transportFreeFiles = { path: String.raw`${api}/domain\.ts$`, mustNotReach: transports };
