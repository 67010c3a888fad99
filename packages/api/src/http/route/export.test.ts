import { afterAll, beforeAll, expect, test } from "vitest";
import { makeExports, presentExport, requestExport } from "../../account/account.export.ts";
import { createPerson, createPost, openTestServer, type TestServer } from "../../testing/index.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

test("an archive is downloaded by its link, whole, and a changed link finds nothing", async () => {
  const { deps } = server;
  const person = await createPerson(deps, { handle: "exported" });
  await createPost(deps, { authorId: person.id, caption: "mine alone" });
  await requestExport(deps, { actorId: person.id });
  const { rows } = await deps.db.pool.query(
    "select id::text, fact, payload from outbox where fact = 'auth.exportRequested'",
  );
  await makeExports(deps, { facts: rows });
  const { url } = await presentExport(deps, { viewerId: person.id });
  const path = new URL(url ?? "").pathname;

  const answer = await fetch(`${server.url}${path}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain("attachment");
  expect(JSON.stringify(await answer.json())).toContain("mine alone");

  const wrong = await fetch(`${server.url}${path.slice(0, -2)}zz`);
  expect(wrong.status).toBe(404);
});
