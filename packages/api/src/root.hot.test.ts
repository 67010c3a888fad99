// The hot paths through the whole router, on a database whose Prisma nobody may touch.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deps } from "./platform/process/deps.ts";
import { signAccessToken } from "./session/session.token.ts";
import { createPerson, createPost, createSession, follow, openTestDeps, type TestDeps } from "./testing/index.ts";
import { callAs, type Ending } from "./testing/matrix/call.ts";

let deps: TestDeps;
let withoutPrisma: Deps;

beforeAll(async () => {
  deps = await openTestDeps();
  const { sql, pool, inTransaction, close } = deps.db;
  const db: Deps["db"] = {
    sql,
    pool,
    inTransaction,
    close,
    get prisma(): never {
      throw new Error("this path is for SQL alone");
    },
  };
  withoutPrisma = { ...deps, db };
});
afterAll(() => deps.close());

async function openCaller(): Promise<(path: string, input: unknown) => Promise<Ending>> {
  const author = await createPerson(deps);
  const reader = await createPerson(deps);
  await follow(deps, { followerId: reader.id, followeeId: author.id });
  const { id: postId } = await createPost(deps, { authorId: author.id });
  const session = await createSession(deps, { userId: reader.id });
  const { accessToken } = await signAccessToken(deps, { userId: reader.id, sessionId: session.id });
  return (path, input) => callAs(withoutPrisma, { path, input: { ...(input as object), postId }, accessToken });
}

test.each(["like.create", "like.delete", "feed.home", "post.byId", "comment.list", "live.onEvent", "live.onPost"])(
  "%s is SQL alone",
  async (path) => {
    const call = await openCaller();
    expect(await call(path, {})).toMatchObject({ isOk: true });
  },
);

test("and what is not, would be found", async () => {
  const call = await openCaller();
  expect(await call("notification.preferences", {})).toMatchObject({ isOk: false, code: "internal" });
});
