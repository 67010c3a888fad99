// Plain calls go past tRPC's adapter (docs/decisions/0005): here the same requests go both ways, and nobody can tell.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";

let server: TestServer;
let token: string;
let userId: string;

beforeAll(async () => {
  server = await openTestServer();
  const { token: ofPerson, user } = await server.signUp();
  [token, userId] = [ofPerson, user?.id ?? ""];
});
afterAll(() => server.close());

interface Sent {
  method?: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

const json = { "content-type": "application/json" };
/** Means nothing to tRPC, and is unusual: the adapter takes it. */
const byAdapter = { "trpc-accept": "application/json" };
/** Of each request its own. */
const changing = new Set(["date", "x-request-id", "connection", "keep-alive", "content-length", "transfer-encoding"]);

async function answerTo({ headers, ...request }: Sent) {
  const answer = await server.request({ ...request, path: `/trpc/${request.path}`, headers: { ...headers } });
  const kept = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !changing.has(name)));
  // Fastify names the one charset that JSON has.
  kept["content-type"] = String(kept["content-type"]).replace("; charset=utf-8", "");
  const body = answer.text.replaceAll(/"requestId":"[^"]+"/g, '"requestId":"…"');
  return { status: answer.status, headers: kept, body: JSON.parse(body) as unknown };
}

function text(input: unknown): string {
  return encodeURIComponent(JSON.stringify(input));
}

const cases: [name: string, request: () => Sent, status: number][] = [
  ["a query", () => ({ path: "user.me" }), 200],
  ["a query with an input", () => ({ path: `user.byId?input=${text({ userId })}` }), 200],
  ["a query by POST", () => ({ method: "POST", path: "user.me", headers: json, body: "" }), 200],
  ["a query for nobody", () => ({ path: `user.byId?input=${text({ userId: "7" })}` }), 404],
  ["a query with a wrong input", () => ({ path: `user.byId?input=${text({ userId: 7 })}` }), 400],
  ["a query with half an input", () => ({ path: "user.byId?input=%7Bhalf" }), 400],
  ["a batch", () => ({ path: `user.me,user.byId?batch=1&input=${text({ 1: { userId } })}` }), 200],
  ["a batch of which one fails", () => ({ path: `user.me,user.byId?batch=1&input=${text({ 1: {} })}` }), 207],
  ["a batch with a list of inputs", () => ({ path: `user.me?batch=1&input=${text([{}])}` }), 400],
  ["a batch of kinds", () => ({ path: "user.me,auth.signOut?batch=1" }), 400],
  ["a mutation", () => ({ method: "POST", path: "user.update", headers: json, body: '{"bio":"Both ways."}' }), 200],
  ["a mutation by GET", () => ({ path: "user.update?input=%7B%7D" }), 405],
  ["a mutation of another kind of body", () => ({ method: "POST", path: "user.update", body: "bio=x" }), 415],
  ["an unknown procedure", () => ({ path: "user.nope" }), 404],
  ["no procedure at all", () => ({ path: "" }), 404],
];

test.each(cases)("%s is answered alike both ways", async (_name, request, status) => {
  const { headers, ...sent } = request();
  const signedIn = { ...headers, authorization: `Bearer ${token}` };
  const [plain, adapted] = [
    await answerTo({ ...sent, headers: signedIn }),
    await answerTo({ ...sent, headers: { ...signedIn, ...byAdapter } }),
  ];
  expect(plain.status).toBe(status);
  expect(withoutRev(plain)).toEqual(withoutRev(adapted));
});

test("strangers and wrong tokens are refused alike both ways", async () => {
  const strangers: Record<string, string>[] = [{}, { authorization: "Bearer nonsense" }];
  for (const headers of strangers) {
    const plain = await answerTo({ path: "user.me", headers });
    expect(plain.status).toBe(401);
    expect(plain).toEqual(await answerTo({ path: "user.me", headers: { ...headers, ...byAdapter } }));
  }
});

/** A mutation that is sent twice raises it twice. */
function withoutRev(answer: Awaited<ReturnType<typeof answerTo>>): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(/"rev":\d+/g, '"rev":0'));
}
