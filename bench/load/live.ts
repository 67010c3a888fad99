// A process that holds the receivers' sockets and sends the likes, so that both ends of a delay are read from one clock.
import { setTimeout as sleep } from "node:timers/promises";
import { spreadOf } from "../harness/stats.ts";
import { bodyOf, type HttpConnection, openHttp } from "./connection.ts";
import type { LikePlan, LikesPlan, LikesResult, LiveOrder, LiveReport } from "./live.plan.ts";
import { keepRate } from "./rate.ts";
import { closeSockets, countMessages, openSockets, whenEvent } from "./sockets.ts";

function tell(report: LiveReport): void {
  process.send?.(report);
}

interface Tally {
  answeredAt: Map<string, number>;
  errors: number;
  firstError: string | null;
}

async function sendLike(connection: HttpConnection, like: LikePlan, tally: Tally): Promise<void> {
  try {
    const answer = await connection.send(like.text);
    if (answer.status === 200 && answer.bytes.includes(like.expect)) {
      tally.answeredAt.set(like.key, performance.now());
      return;
    }
    tally.firstError ??= `${answer.status} ${bodyOf(answer).slice(0, 500)}`;
  } catch (error) {
    tally.firstError ??= String(error);
  }
  tally.errors += 1;
}

/** Sends all likes at the rate of the plan; resolves when all are answered. */
async function sendLikes(plan: LikesPlan): Promise<Tally> {
  const tally: Tally = { answeredAt: new Map(), errors: 0, firstError: null };
  const all = await Promise.all(Array.from({ length: plan.connections }, () => openHttp(plan.port)));
  const idle = [...all];
  let due = 0;
  let sent = 0;
  const flights = new Set<Promise<void>>();

  function sendDue(): void {
    while (sent < due && idle.length > 0) {
      const [connection, like] = [idle.pop(), plan.likes[sent]];
      if (connection === undefined || like === undefined) return;
      sent += 1;
      const flight = sendLike(connection, like, tally);
      flights.add(flight);
      void flight.then(() => {
        flights.delete(flight);
        idle.push(connection);
        sendDue();
      });
    }
  }

  const endMs = performance.now() + (plan.likes.length / plan.perSecond) * 1_000;
  await keepRate({
    perSecond: plan.perSecond,
    endMs,
    add: () => {
      due = Math.min(due + 1, plan.likes.length);
    },
    flush: sendDue,
  });
  due = plan.likes.length;
  sendDue();
  while (flights.size > 0) await Promise.race(flights);
  for (const connection of all) connection.close();
  return tally;
}

async function runLikes(plan: LikesPlan): Promise<LikesResult> {
  const arrivedAt = new Map<string, number>();
  let doubled = 0;
  const stop = whenEvent((key) => {
    if (arrivedAt.has(key)) doubled += 1;
    else arrivedAt.set(key, performance.now());
  });
  const tally = await sendLikes(plan);
  const { answeredAt } = tally;
  const deadlineMs = performance.now() + plan.patienceMs;
  const countMissing = () => [...answeredAt.keys()].filter((key) => !arrivedAt.has(key)).length;
  while (performance.now() < deadlineMs && countMissing() > 0) await sleep(20);
  stop();
  const delays = [...answeredAt].flatMap(([key, ms]) => {
    const arrived = arrivedAt.get(key);
    return arrived === undefined ? [] : [Math.max(0, arrived - ms)];
  });
  const answers = [...answeredAt.values()].sort((one, other) => one - other);
  const [first = 0, last = 0] = [answers[0], answers.at(-1)];
  const lastEventMs = [...arrivedAt.values()].reduce((latest, ms) => Math.max(latest, ms), 0);
  return {
    sent: plan.likes.length,
    errors: tally.errors,
    firstError: tally.firstError,
    missing: countMissing(),
    doubled,
    latencyMs: spreadOf(delays),
    drainMs: Math.max(0, lastEventMs - last),
    answeredPerSecond: (answers.length - 1) / ((last - first) / 1_000),
  };
}

async function follow(order: LiveOrder): Promise<LiveReport> {
  switch (order.type) {
    case "open":
      await openSockets(order.sockets);
      return { type: "opened" };
    case "likes":
      return { type: "likes", result: await runLikes(order.plan) };
    case "count":
      return { type: "count", count: countMessages(order.mark) };
    case "close":
      await closeSockets();
      return { type: "closed" };
  }
}

process.on("message", (order: LiveOrder) => {
  follow(order).then(tell, (error: unknown) => tell({ type: "failed", message: String(error) }));
});
