// The search with OpenSearch behind it: checked against the shapes that its documentation records, since no server of it runs
// in a test. The fake answers as recorded, and keeps what it was asked.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { reindexPosts } from "./search.index.ts";
import { findPosts } from "./search.posts.ts";

interface Asked {
  method: string;
  path: string;
  login: string | undefined;
  lines: Record<string, unknown>[];
}

let server: Server;
let deps: TestDeps;
let author: TestPerson;
let asked: Asked[] = [];
/** What the next search proposes. */
let proposed: string[] = [];
let isAway = false;

// As documented for `_search`, `_bulk` and the making of an index.
function answerOf({ path, lines }: Asked): { status: number; body: unknown } {
  if (isAway) return { status: 503, body: { error: { type: "cluster_block_exception" }, status: 503 } };
  if (path.endsWith("/_search")) {
    const hits = proposed.map((id) => ({ _index: "pixora", _id: id, _score: null, sort: [Number(id)] }));
    return { status: 200, body: { took: 2, timed_out: false, _shards: { total: 1 }, hits: { max_score: null, hits } } };
  }
  if (path.endsWith("/_bulk")) {
    const items = lines.flatMap((line): object[] => {
      if ("index" in line) return [{ index: { _index: "pixora", _version: 1, result: "created", status: 201 } }];
      return "delete" in line ? [{ delete: { _index: "pixora", result: "not_found", status: 404 } }] : [];
    });
    return { status: 200, body: { took: 3, errors: items.some((item) => "delete" in item), items } };
  }
  const error = { type: "resource_already_exists_exception" };
  return { status: 400, body: { error: { root_cause: [error], ...error }, status: 400 } };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const isLines = request.headers["content-type"] === "application/x-ndjson";
      if (isLines) expect(text.endsWith("\n")).toBe(true);
      const lines = (isLines ? text.trimEnd().split("\n") : [text]).map((line) => JSON.parse(line));
      const call = {
        method: request.method ?? "",
        path: request.url ?? "",
        login: request.headers.authorization,
        lines,
      };
      asked.push(call);
      const { status, body } = answerOf(call);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  deps = await openTestDeps({ env: { SEARCH_URL: `http://user:pass%40word@127.0.0.1:${port}/pixora` } });
  author = await createPerson(deps);
});
afterAll(async () => {
  await deps.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  proposed = [];
  isAway = false;
});

async function write(caption: string, visibility: "public" | "followers" = "public"): Promise<string> {
  return (await createPost(deps, { actorId: author.id, ...createPostInput.parse({ caption, visibility }) })).id;
}

const find = async (q: string) =>
  (await findPosts(deps, { viewerId: null, q, limit: 10 })).items.map((post) => post.id);

test("posts go into the index as terms and marks, and leave it, each as it is by then", async () => {
  const id = await write("Blaue C# 東京 #Berg");
  await workOff(deps);
  expect(asked).toEqual([
    {
      method: "POST",
      path: "/pixora/_bulk",
      login: `Basic ${Buffer.from("user:pass@word").toString("base64")}`,
      lines: [
        { index: { _id: id } },
        { id, words: "blaue c 東京 京 berg", marks: [`@${author.id}`, "#berg", "=public", "c#"] },
      ],
    },
  ]);
  asked = [];
  await updatePost(deps, { actorId: author.id, postId: id, caption: "other" });
  await workOff(deps);
  expect(asked.at(-1)?.lines).toContainEqual({ id, words: "other", marks: [`@${author.id}`, "=public"] });
  asked = [];
  await deletePost(deps, { actorId: author.id, postId: id });
  await workOff(deps);
  expect(asked.at(-1)?.lines).toEqual([{ delete: { _id: id } }]);
});

test("a search asks for words, phrases, marks and a range of ids, and nothing of the viewer", async () => {
  await findPosts(deps, { viewerId: null, q: 'blau "東京 x" -c# #berg 東 since:2026-01-01', limit: 10 });
  const [call] = asked;
  expect(call).toMatchObject({ method: "POST", path: "/pixora/_search" });
  expect(call?.lines[0]).toMatchObject({
    size: 33,
    _source: false,
    track_total_hits: false,
    sort: [{ id: "desc" }],
    query: {
      bool: {
        filter: [
          { range: { id: { gte: expect.stringMatching(/^\d+$/), lt: "9223372036854775807" } } },
          {
            bool: {
              should: [{ match_phrase: { words: "blau" } }, { terms: { marks: expect.arrayContaining(["~deblau"]) } }],
            },
          },
          { match_phrase: { words: "東京 x" } },
          { terms: { marks: ["#berg"] } },
          { prefix: { words: "東" } },
          { terms: { marks: ["=public"] } },
        ],
        must_not: [{ terms: { marks: ["c#"] } }],
      },
    },
  });
});

describe("search 6: what the index says is only a proposal", () => {
  test("a post that it does not know yet is found all the same", async () => {
    const id = await write("qqfresh words");
    expect(await find("qqfresh")).toEqual([id]);
  });

  test("what it proposes wrongly is shown to nobody: hidden, deleted, changed, unknown posts", async () => {
    const [shown, hidden, gone, changed] = [
      await write("qqlate"),
      await write("qqlate", "followers"),
      await write("qqlate"),
      await write("qqlate"),
    ];
    await deletePost(deps, { actorId: author.id, postId: gone });
    await updatePost(deps, { actorId: author.id, postId: changed, caption: "something else" });
    proposed = [changed, gone, hidden, shown, "12345"];
    expect(await find("qqlate")).toEqual([shown]);
  });

  test("away, it costs time and no result, and is not asked again for a while", async () => {
    const id = await write("qqaway");
    isAway = true;
    for (let time = 0; time < 5; time += 1) expect(await find("qqaway")).toEqual([id]);
    expect(asked).toHaveLength(3);
  });
});

test("facts wait while the index is away, and reach it afterwards", async () => {
  const id = await write("qqwaits");
  isAway = true;
  const { searchIndex } = deps;
  await expect(searchIndex?.put([{ id, terms: [], marks: [] }])).rejects.toThrow("answers 503");
  isAway = false;
  await workOff(deps);
  expect(asked.flatMap(({ lines }) => lines)).toContainEqual(expect.objectContaining({ id, words: "qqwaits" }));
});

test("reindexing makes the index and puts every post in, the newest first, and goes on below an id", async () => {
  const ids = [await write("qqre 1"), await write("qqre 2")];
  await workOff(deps);
  asked = [];
  const told: string[] = [];
  await reindexPosts(deps, { belowId: "9223372036854775807", onBatch: ({ lastId }) => told.push(lastId) });
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["PUT /pixora", "POST /pixora/_bulk"]);
  expect(asked[0]?.lines[0]).toMatchObject({ mappings: { dynamic: "strict" } });
  const indexed = asked[1]?.lines.filter((line) => "id" in line).map((line) => line.id);
  expect(indexed?.slice(0, 2)).toEqual([ids[1], ids[0]]);
  expect(told).toHaveLength(1);
  asked = [];
  await reindexPosts(deps, { belowId: ids[1] ?? "", onBatch: () => undefined });
  expect(asked[1]?.lines.filter((line) => "id" in line).map((line) => line.id)[0]).toBe(ids[0]);
});
