// live-fanout: 1,000 and 5,000 open subscriptions on a server that does nothing else; its CPU time for each delivered event
// and its memory for each connection, against a bare `ws` program that is handed every text ready-made. Memory is what a
// program has grown by since its start, each time after garbage collections that give free pages back to the system: the
// live heap, and all that is resident.
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Bench } from "../harness/bench.ts";
import { processCpuUs } from "../harness/cpu.ts";
import { type LiveClients, pixoraSocket, startLiveClients } from "../harness/live.ts";
import type { Program } from "../harness/program.ts";
import type { Claim, Report } from "../harness/report.ts";
import { interleave, medianOf, ratioOf } from "../harness/rounds.ts";
import type { Caller } from "../harness/sessions.ts";
import { openHttp } from "../load/connection.ts";
import { trpcRequest } from "../load/plan.ts";
import { keepRate } from "../load/rate.ts";
import { type Audience, bareSocket, createLikeDealer, pickAudience } from "./receivers.ts";

// The demo data has fewer people than receivers are wanted.
export const data = "scale";

const sizes = [1_000, 5_000];
const likers = 1_000;
/** Personal events a second, over all receivers; and comments a second on the one post that all look at. */
const personalPerSecond = 500;
const deliveriesPerSecond = 4_000;
const likeConnections = 32;
const restMs = 3_000;
/** In every event that is called for; a post's counts come besides. */
const createdMark = '.created"';

/** One kind of stream: how to open it on each side, and how to make events happen there. */
interface Case {
  name: string;
  kind: "onEvent" | "onPost";
  program: Program;
  clients: LiveClients;
  /** Makes events for so long; answers how many deliveries they call for. */
  cause(forMs: number): Promise<number>;
}

interface LiveSample {
  /** Server CPU microseconds a delivered event. */
  cpuUs: number;
  /** Of what was called for. */
  deliveredShare: number;
}

export async function run(bench: Bench): Promise<Report> {
  const rows: Report["rows"] = [];
  const claims: Claim[] = [];
  for (const size of sizes) {
    for (const kind of ["onEvent", "onPost"] as const) {
      const measured = await measureKind(bench, kind, size);
      rows.push(...measured.rows);
      claims.push(...measured.claims);
    }
  }
  return { rows, claims };
}

async function measureKind(bench: Bench, kind: "onEvent" | "onPost", size: number): Promise<Report> {
  const audience = await pickAudience(bench, { receivers: size, likers });
  // The server that holds the sockets takes no calls: another one does.
  const [holder, caller, worker, bare] = await Promise.all([
    bench.startServer(),
    bench.startServer(),
    bench.startWorker(),
    bench.startBare("live"),
  ]);
  const redis = new Redis(bench.services.redisUrl);
  const cases: Case[] = [pixoraCase({ kind, holder, caller, audience }), bareCase({ kind, bare, redis, audience })];
  const memory = new Map<string, Memory>();
  for (const one of cases) memory.set(one.name, await openAll(one, audience.receivers));
  const memoryOf = (name: string): Memory => memory.get(name) ?? { residentKib: Number.NaN, heapKib: Number.NaN };
  const memoryRatio = (pick: (of: Memory) => number) => pick(memoryOf("pixora")) / pick(memoryOf("bare"));
  const atMost = kind === "onEvent" ? 6 : 4.5;
  bench.log(`${size} ${kind} streams are open on each side`);
  const samples = await interleave(bench, cases, (one) => measureCase(bench, one));
  for (const one of cases) await one.clients.close();
  for (const program of [holder, caller, worker, bare]) await program.stop();
  redis.disconnect();
  const of = (name: string, pick: (sample: LiveSample) => number) => medianOf(samples, name, pick);
  return {
    rows: cases.map(({ name }) => ({
      streams: size,
      kind,
      side: name,
      "CPU us an event": of(name, (sample) => sample.cpuUs),
      "resident KiB a connection": memoryOf(name).residentKib,
      "heap KiB a connection": memoryOf(name).heapKib,
      "delivered %": 100 * of(name, (sample) => sample.deliveredShare),
    })),
    claims: [
      {
        what: `${kind}, ${size}: CPU an event, times bare ws`,
        value: ratioOf(samples, ["pixora", "bare"], (sample) => sample.cpuUs),
        atMost,
      },
      {
        what: `${kind}, ${size}: live heap a connection, times bare ws`,
        value: memoryRatio((of) => of.heapKib),
        atMost,
      },
      {
        what: `${kind}, ${size}: resident memory a connection, times bare ws`,
        value: memoryRatio((of) => of.residentKib),
        atMost,
      },
      { what: `${kind}, ${size}: delivered %`, value: 100 * of("pixora", (s) => s.deliveredShare), atLeast: 100 },
    ],
  };
}

/** What each connection takes, in KiB. */
interface Memory {
  residentKib: number;
  heapKib: number;
}

/** Opens the streams of a case; answers what the program has grown by. */
async function openAll(one: Case, receivers: Audience["receivers"]): Promise<Memory> {
  const before = await one.program.readMemory();
  const [first] = receivers;
  if (first === undefined) throw new Error("nobody receives");
  const path = `live.${one.kind}`;
  const params = one.kind === "onPost" ? { postId: first.postId } : {};
  const readyMark = one.kind === "onPost" ? '"type":"post.counts"' : '"type":"ready"';
  const { port } = one.program;
  await one.clients.open(
    receivers.map((caller: Caller) =>
      one.name === "bare" ? bareSocket(port, caller) : pixoraSocket({ port, caller, path, params, readyMark }),
    ),
  );
  await sleep(restMs);
  const after = await one.program.readMemory();
  const kibEach = (bytes: number) => bytes / 1_024 / receivers.length;
  return {
    residentKib: kibEach(after.residentBytes - before.residentBytes),
    heapKib: kibEach(after.heapUsedBytes - before.heapUsedBytes),
  };
}

async function measureCase(bench: Bench, one: Case): Promise<LiveSample> {
  await one.clients.count(createdMark);
  const before = processCpuUs(one.program.pid);
  const wanted = await one.cause(bench.options.seconds * 1_000);
  await sleep(restMs);
  const cpu = processCpuUs(one.program.pid) - before;
  const { received, marked } = await one.clients.count(createdMark);
  return { cpuUs: cpu / received, deliveredShare: marked / wanted };
}

function pixoraCase(input: { kind: "onEvent" | "onPost"; holder: Program; caller: Program; audience: Audience }): Case {
  const { kind, holder, caller, audience } = input;
  const clients = startLiveClients();
  const deal = createLikeDealer(audience);
  async function causePersonal(forMs: number): Promise<number> {
    const likes = deal(Math.round((personalPerSecond * forMs) / 1_000)).map(({ liker, postId, key }) => ({
      text: trpcRequest({ path: "like.create", token: liker.token, input: { postId }, isMutation: true }),
      expect: '"isLiked":true',
      key,
    }));
    const plan = { port: caller.port, perSecond: personalPerSecond, connections: likeConnections, patienceMs: 30_000 };
    const result = await clients.sendLikes({ ...plan, likes });
    if (result.errors > 0) throw new Error(`likes failed: ${result.firstError}`);
    return likes.length;
  }
  async function causeComments(forMs: number): Promise<number> {
    const count = await sendComments(caller, audience, forMs);
    return count * audience.receivers.length;
  }
  return { name: "pixora", kind, program: holder, clients, cause: kind === "onEvent" ? causePersonal : causeComments };
}

/** Comments on the post that all look at, so many that the deliveries add up to the rate. */
async function sendComments(caller: Program, audience: Audience, forMs: number): Promise<number> {
  const connection = await openHttp(caller.port);
  const [post] = audience.receivers;
  let sent = 0;
  let failures = 0;
  let chain = Promise.resolve();
  await keepRate({
    perSecond: deliveriesPerSecond / audience.receivers.length,
    endMs: performance.now() + forMs,
    add() {
      const { token = "" } = audience.likers[sent % audience.likers.length] ?? {};
      const input = { postId: post?.postId, text: `Comment ${sent}, as long as a comment usually is, more or less.` };
      sent += 1;
      chain = chain.then(async () => {
        const answer = await connection.send(trpcRequest({ path: "comment.create", token, input, isMutation: true }));
        if (answer.status !== 200) failures += 1;
      });
    },
    flush() {},
  });
  await chain;
  connection.close();
  if (failures > 0) throw new Error(`${failures} comments failed`);
  return sent;
}

/** Texts of the size that Pixora sends, published at the same rates. */
function bareCase(input: { kind: "onEvent" | "onPost"; bare: Program; redis: Redis; audience: Audience }): Case {
  const { kind, bare, redis, audience } = input;
  const { receivers } = audience;
  const isPersonal = kind === "onEvent";
  async function cause(forMs: number): Promise<number> {
    let sent = 0;
    await keepRate({
      perSecond: isPersonal ? personalPerSecond : deliveriesPerSecond / receivers.length,
      endMs: performance.now() + forMs,
      add() {
        const receiver = receivers[sent % receivers.length];
        sent += 1;
        void redis.publish(
          "bare:live",
          `${isPersonal ? receiver?.userId : "*"} ${isPersonal ? personalText : commentText}`,
        );
      },
      flush() {},
    });
    return isPersonal ? sent : sent * receivers.length;
  }
  return { name: "bare", kind, program: bare, clients: startLiveClients(), cause };
}

const person = {
  id: "388888888888888888",
  handle: "somebody",
  displayName: "Some Body",
  avatar: null,
  isPrivate: false,
};
const viewer = { isSelf: false, follow: "none", followedBy: "none", isBlocking: false, isMuting: false };
const postId = "388888888888888889";
const at = "2026-11-22T12:00:00.000Z";

const personalText = JSON.stringify({
  type: "notification.created",
  notification: {
    ...{ id: "388888888888888890", groupKey: `LIKE/${postId}/2026-11-22`, type: "LIKE", actor: { ...person, viewer } },
    ...{ postId, commentId: null, preview: { text: "A caption of some words, cut off", imageUrl: null } },
    ...{ read: false, seen: false, createdAt: at },
  },
  counts: { unread: 17, unseen: 4, conversations: 0, requests: 0 },
});

const commentText = JSON.stringify({
  type: "comment.created",
  comment: {
    ...{ id: "388888888888888891", postId, parentId: null, replyTo: null, author: person },
    ...{
      text: "Comment 17, as long as a comment usually is, more or less.",
      mentions: [],
      likeCount: 0,
      replyCount: 0,
    },
    ...{ createdAt: at, editedAt: null, rev: 1, viewer: { isLiked: false, canEdit: false, canDelete: false } },
  },
});
