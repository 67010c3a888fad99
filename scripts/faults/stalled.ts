// One client of many that stops reading while its person's log grows by megabytes: what that costs the server's memory
// and the others' delay, and that the client is cut off and then has everything, once, in order.
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "@pixora/api/testing";
import type { Person } from "./crowd.ts";
import { type Listener, openListener } from "./listener.ts";
import { createProbe, type Delays, type Probe } from "./probe.ts";
import type { Slot, Stage } from "./stage.ts";
import type { Line } from "./table.ts";

export interface StalledInput {
  people: readonly Person[];
  /** Bare listeners of these people, all on one server. */
  listeners: number;
  /** Events that the stalled one misses. */
  events: number;
  /** How long the others' delay is measured before, at least. */
  measureMs: number;
  log: (text: string) => void;
}

/** As that of a notification, on the wire. */
const bytesPerEvent = 1_250;
/** Far above what one connection may hold, and what a process breathes; below what the missed events of a full run weigh. */
const maxGrowthBytes = 48 * 1_024 * 1_024;
const maxDelayMs = 1_000;

export async function stallOne(stage: Stage, input: StalledInput): Promise<Line[]> {
  const { log } = input;
  const [server] = stage.servers;
  if (server === undefined) throw new Error("the stage has no server");
  const stalled = await openStalled(stage, server);
  const others = await openOthers(server, input);
  log(`${others.listeners.length + 1} listeners are open on ${server.name}`);
  const calm = await others.probe.measure({ untilMs: input.measureMs });

  const memory = watchMemory(server);
  stalled.listener.stall();
  const before = await readMetric(server, "pixora_open_streams");
  const measuring = new AbortController();
  const under = others.probe.measure({ untilMs: input.measureMs, alsoUntil: measuring.signal });
  await growLog(stage, { userId: stalled.userId, events: input.events });
  const wasCut = await waitFor(
    "the stalled one to be cut off",
    async () => (await readMetric(server, "pixora_open_streams")) < before,
    { timeoutMs: 60_000, everyMs: 200 },
  ).catch(() => false);
  log(wasCut ? "the stalled client was cut off" : "the stalled client was not cut off");
  measuring.abort();
  const delays = await under;
  const growth = await memory.stop();

  stalled.listener.goOn();
  const hasAll = () => stalled.listener.record.last() === input.events;
  await waitFor("the stalled one to have everything", hasAll, { timeoutMs: 120_000, everyMs: 50 }).catch(() => false);
  const lines = reckon({ calm, delays, growth, wasCut, events: input.events, stalled: stalled.listener, others });
  for (const listener of [stalled.listener, ...others.listeners]) listener.close();
  return lines;
}

interface Others {
  listeners: Listener[];
  probe: Probe;
}

async function openStalled(stage: Stage, server: Slot): Promise<{ userId: string; listener: Listener }> {
  const { pixora, id } = await stage.house.signUp(server.app(), "stalled_one");
  const tokens = await pixora.session.tokens();
  const listener = openListener({ port: server.app().port, accessToken: tokens?.accessToken ?? "" });
  await waitFor("the stalled one to be ready", () => listener.record.hasBegun(), { timeoutMs: 60_000 });
  return { userId: id, listener };
}

async function openOthers(server: Slot, { people, listeners }: StalledInput): Promise<Others> {
  const probe = createProbe(people);
  const opened: Listener[] = [];
  for (let index = 0; index < listeners - 1; index += 1) {
    const person = people[index % people.length];
    const tokens = await person?.devices[0].pixora.session.tokens();
    if (person === undefined || !tokens) throw new Error("nobody is signed in");
    const onEvent = probe.listen(person.id);
    opened.push(openListener({ port: server.app().port, accessToken: tokens.accessToken, onEvent }));
    if (index % 50 === 49) await sleep(50);
  }
  const areReady = () => opened.every((listener) => listener.record.hasBegun());
  await waitFor("all listeners to be ready", areReady, { timeoutMs: 120_000, everyMs: 50 });
  return { listeners: opened, probe };
}

const growSql = `
  with head as (update live_heads set seq = seq + $2 where user_id = $1 returning seq - $2 as seq),
  ids as (select jsonb_agg((9000000000000000000 + n)::text) as list from generate_series(1, 50) n)
  insert into live_log (user_id, seq, type, payload)
  select $1, head.seq + step, 'notification.removed', jsonb_build_object('ids', ids.list)
  from head, ids, generate_series(1, $2::int) step`;

/** Appends events, as the removal of many notifications would; the server finds them by itself. */
async function growLog(stage: Stage, input: { userId: string; events: number }): Promise<void> {
  const step = 5_000;
  for (let done = 0; done < input.events; done += step) {
    await stage.house.pool.query(growSql, [input.userId, Math.min(step, input.events - done)]);
  }
}

/** One value of a server's /metrics. */
export async function readMetric(server: Pick<Slot, "app">, name: string): Promise<number> {
  const text = await (await fetch(server.app().metricsUrl)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** Looks at a server's memory again and again; `stop` answers by how much it grew at most, in bytes. */
export function watchMemory(server: Pick<Slot, "app">): { stop(): Promise<number> } {
  const read = () => readMetric(server, "process_resident_memory_bytes").catch(() => 0);
  let isWatching = true;
  async function watch(): Promise<number> {
    const first = await read();
    let most = first;
    while (isWatching) {
      await sleep(200);
      most = Math.max(most, await read());
    }
    return most - first;
  }
  const watching = watch();
  return {
    stop() {
      isWatching = false;
      return watching;
    },
  };
}

interface Outcome {
  calm: Delays;
  delays: Delays;
  growth: number;
  wasCut: boolean;
  events: number;
  stalled: Listener;
  others: Others;
}

function reckon({ calm, delays, growth, wasCut, events, stalled, others }: Outcome): Line[] {
  const { lost, doubled, outOfOrder } = stalled.record.faults();
  const missing = lost + Math.max(0, events - stalled.record.last());
  const describe = (of: Delays) => `${of.p50.toFixed(0)} / ${of.p99.toFixed(0)} / ${of.max.toFixed(0)} ms`;
  const megabytes = (growth / 1_024 / 1_024).toFixed(0);
  return [
    { name: "listeners on one server", value: String(others.listeners.length + 1) },
    { name: "the stalled one was cut off", value: wasCut ? "yes" : "no", isRight: wasCut },
    {
      name: "close codes it met",
      value: stalled.closeCodes.join(" ") || "none",
      isRight: stalled.closeCodes.length > 0,
    },
    { name: "megabytes it was behind", value: ((events * bytesPerEvent) / 1_024 / 1_024).toFixed(0) },
    { name: "growth of the server's memory, MB", value: megabytes, isRight: growth < maxGrowthBytes, isMeasured: true },
    { name: "events lost to it", value: String(missing), isRight: missing === 0 },
    {
      name: "events doubled or out of order",
      value: String(doubled + outOfOrder),
      isRight: doubled + outOfOrder === 0,
    },
    { name: "others' delay before, p50 / p99 / max", value: describe(calm) },
    {
      name: "others' delay meanwhile, p50 / p99 / max",
      value: describe(delays),
      isRight: delays.p99 < maxDelayMs,
      isMeasured: true,
    },
    { name: "probes that did not reach them", value: String(delays.lost), isRight: delays.lost === 0 },
  ];
}
