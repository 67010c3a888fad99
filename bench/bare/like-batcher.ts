// Pixora's like batcher with nothing around it: as many loops as the other sides have connections, each waiting for its
// answer, in the process of the batcher. GET /start, /count, /stop.
import { postLikesOf } from "../../packages/api/src/like/like.batch.ts";
import { openDomain } from "./domain.ts";
import { openBare } from "./start.ts";

const { app, listen } = openBare();
const setLike = postLikesOf(openDomain());

interface Call {
  actorId: string;
  targetId: string;
  isSet: boolean;
  sessionId: null;
}

let calls: Call[] = [];
let next = 0;
let count = 0;
let isRunning = false;
let loops: Promise<void>[] = [];

async function loop(): Promise<void> {
  while (isRunning) {
    const call = calls[next % calls.length];
    if (call === undefined) return;
    next += 1;
    const outcome = await setLike(call);
    if (!outcome.isVisible) throw new Error("no such post");
    count += 1;
  }
}

app.post<{ Body: Call[] }>("/calls", { bodyLimit: 50_000_000 }, async (request) => {
  calls = request.body;
  return { ok: true };
});
app.get<{ Querystring: { connections: string } }>("/start", async (request) => {
  isRunning = true;
  loops = Array.from({ length: Number(request.query.connections) }, loop);
  return { ok: true };
});
app.get("/count", async () => ({ count }));
app.get("/stop", async () => {
  isRunning = false;
  await Promise.all(loops);
  return { ok: true };
});
await listen();
