// The access matrix of the routes that are no procedures, mailed and signed links among them: every route × what is asked
// for × who asks. A link is the whole permission: an access token adds nothing to it, and a wrong one takes nothing away.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "./account/account.profile.ts";
import { unsubscribeUrl } from "./delivery/delivery.unsubscribe.ts";
import { createMedia } from "./media/media.service.ts";
import { createPostInput } from "./post/post.schema.ts";
import { createPost } from "./post/post.service.ts";
import { openTestServer, type TestServer, type WirePerson } from "./testing/index.ts";
import { makePicture, uploadPicture } from "./testing/pictures.ts";
import { workOff } from "./testing/work-off.ts";

interface Row {
  /** As the server lists it. */
  route: string;
  about: string;
  path: () => string;
  body?: () => Buffer | string;
  headers?: Record<string, string>;
  expect: number;
}

let server: TestServer;
let owner: WirePerson;
let stranger: WirePerson;
let picture: Buffer;
let publicPicture: string;
let hiddenPicture: string;
let signedPicture: string;
let archive: string;
let link: string;
let publicPost: string;
let hiddenPost: string;
const uploads: string[] = [];

beforeAll(async () => {
  server = await openTestServer();
  const { deps } = server;
  [owner, stranger] = [await server.signUp(), await server.signUp()];
  picture = await makePicture();
  const pathOf = (url: string) => url.replace(/^https?:\/\/[^/]+/, "");
  publicPicture = await postPicture(owner, pathOf);
  signedPicture = await postPicture(stranger, pathOf, true);
  hiddenPicture = signedPicture.split("?")[0] ?? "";
  // One for each caller, and one to forge.
  for (let made = 0; made < 5; made += 1) {
    const announced = { purpose: "post", contentType: "image/png", byteSize: picture.length } as const;
    uploads.push(pathOf((await createMedia(deps, { actorId: owner.user.id, ...announced })).upload.url));
  }
  await owner.client.auth.requestExport();
  await workOff(deps);
  archive = pathOf((await owner.client.auth.export()).url ?? "");
  publicPost = (await owner.client.post.create({ caption: "for all" })).id;
  hiddenPost = (await stranger.client.post.create({ caption: "for few" })).id;
  link = pathOf(unsubscribeUrl(deps, { userId: owner.user.id, scope: "LIKE" }));
});
afterAll(() => server.close());

/** Posts a picture and answers its path; of a private account it is signed. */
async function postPicture(person: WirePerson, pathOf: (url: string) => string, isPrivate = false): Promise<string> {
  const actorId = person.user.id;
  const { id: mediaId } = await uploadPicture(server.deps, { ownerId: actorId });
  const post = await createPost(server.deps, { actorId, ...createPostInput.parse({ media: [{ mediaId }] }) });
  if (isPrivate) await updateUser(server.deps, { actorId, isPrivate });
  const [image] = (await person.client.post.byId({ postId: post.id })).media;
  return pathOf(image?.url ?? "");
}

/** The same link with its last letters changed. */
const forge = (path: string) => `${path.slice(0, -4)}${path.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
const png = { "content-type": "image/png" };
const put = { route: "PUT /media/upload", headers: png, body: () => picture };
const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: () => "" };

const rows: Row[] = [
  { route: "GET /healthz", about: "life", path: () => "/healthz", expect: 200 },
  { route: "GET /readyz", about: "readiness", path: () => "/readyz", expect: 200 },
  { route: "GET /openapi.json", about: "the reference", path: () => "/openapi.json", expect: 200 },
  { route: "GET /trpc", about: "the sockets' place, without an upgrade", path: () => "/trpc", expect: 426 },
  { route: "GET /media/picture/:mediaId/:file", about: "a public picture", path: () => publicPicture, expect: 200 },
  { route: "GET /media/picture/:mediaId/:file", about: "a hidden one", path: () => hiddenPicture, expect: 404 },
  { route: "GET /media/picture/:mediaId/:file", about: "a hidden one, signed", path: () => signedPicture, expect: 200 },
  {
    route: "GET /media/picture/:mediaId/:file",
    about: "a hidden one, forged",
    path: () => forge(signedPicture),
    expect: 404,
  },
  { ...put, about: "a permission", path: () => uploads.shift() ?? "", expect: 200 },
  { ...put, about: "a forged permission", path: () => forge(uploads[0] ?? ""), expect: 403 },
  { ...put, about: "no permission", path: () => "/media/upload", expect: 403 },
  { route: "GET /export/:token", about: "an archive", path: () => archive, expect: 200 },
  { route: "GET /export/:token", about: "an archive, forged", path: () => forge(archive), expect: 404 },
  { route: "GET /unsubscribe/:token", about: "a link", path: () => link, expect: 200 },
  { route: "GET /unsubscribe/:token", about: "a forged link", path: () => forge(link), expect: 404 },
  { route: "POST /unsubscribe/:token", about: "a link", path: () => link, ...form, expect: 200 },
  { route: "POST /unsubscribe/:token", about: "a forged link", path: () => forge(link), ...form, expect: 404 },
  // Whoever opens a page in a mail program or its scanner changes nothing; a form with no good token is refused.
  ...["/verify-email", "/reset-password", "/secure-account"].flatMap((path): Row[] => [
    { route: `GET ${path}`, about: "opened", path: () => `${path}?token=nonsense`, expect: 200 },
    { route: `POST ${path}`, about: "no token", path: () => path, ...form, expect: 400 },
  ]),
  { route: "GET /users/:handle", about: "a person", path: () => `/users/${owner.user.handle}`, expect: 200 },
  { route: "GET /users/:handle", about: "nobody", path: () => "/users/nobody.here", expect: 404 },
  { route: "GET /posts/:postId", about: "a public post", path: () => `/posts/${publicPost}`, expect: 200 },
  { route: "GET /posts/:postId", about: "a hidden one", path: () => `/posts/${hiddenPost}`, expect: 404 },
  { route: "GET /notifications", about: "a mail's way out", path: () => "/notifications", expect: 200 },
];

/** What a server with the web app serves besides; it has the pages of mails in the app. web.test.ts walks them. */
const webRoutes = ["/*", "/assets/*"];
const mailRoutes = /^(?:GET|POST) \/(?:verify-email|reset-password|secure-account|users|posts|notifications)/;

/** What a server serves, but for tRPC's own route and what CORS and HEAD add to others. */
function listRoutes({ app }: Pick<TestServer, "app">): string[] {
  const lines = app.printRoutes({ commonPrefix: false, includeHooks: false }).split("\n");
  const listed = lines.flatMap((line) => {
    const [, path, methods] = /^[├└]── (\/\S*) \(([^)]+)\)/.exec(line) ?? [];
    return (methods ?? "").split(", ").map((method) => `${method} ${path}`);
  });
  return listed.filter((route) => /^(?:GET|PUT|POST|PATCH|DELETE) /.test(route));
}

test("every route has a row, and no row is of what the server does not have", () => {
  const routes = listRoutes(server);
  expect(routes.length).toBeGreaterThan(5);
  expect([...new Set(rows.map((row) => row.route))].toSorted()).toEqual(routes.toSorted());
});

test("with the web app, the app's routes stand in the place of the mails' pages", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pixora-web-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), "<!doctype html><title>Pixora</title>");
  const withWeb = await openTestServer({ deps: server.deps, env: { WEB_DIR: dir } });
  const routes = listRoutes(withWeb);
  // Fastify's list leaves routes for any path out.
  const hasWebRoutes = webRoutes.map((url) => withWeb.app.hasRoute({ url, method: "GET" }));
  await withWeb.close();
  rmSync(dir, { recursive: true });
  const kept = [...new Set(rows.map((row) => row.route))].filter((route) => !mailRoutes.test(route));
  expect(routes.toSorted()).toEqual(kept.toSorted());
  expect(hasWebRoutes).toEqual([true, true]);
});

test("each is what everyone gets, whoever they are", async () => {
  const callers = {
    anonymous: undefined,
    owner: owner.token,
    stranger: stranger.token,
    "with a bad token": "nonsense",
  };
  const unexpected: unknown[] = [];
  let cells = 0;
  for (const row of rows) {
    for (const [name, token] of Object.entries(callers)) {
      const [method = ""] = row.route.split(" ");
      const answer = await server.request({
        method,
        path: row.path(),
        ...(row.headers === undefined ? {} : { headers: row.headers }),
        ...(row.body === undefined ? {} : { body: row.body() }),
        ...(token === undefined ? {} : { token }),
      });
      cells += 1;
      if (answer.status !== row.expect) unexpected.push([row.route, row.about, name, answer.status]);
    }
  }
  console.log(`matrix of routes: ${cells} cells, unexpected ${unexpected.length}`);
  expect(unexpected).toEqual([]);
});
