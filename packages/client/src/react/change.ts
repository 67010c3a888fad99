// Making a change: it is seen at once, goes to the server in order, and is forgotten where the server refuses it.
import { newKey } from "../key.ts";
import { metaOf } from "../procedure.meta.ts";
import { keepAnswer } from "./answers.ts";
import type { Change, Effect, Order } from "./effect.ts";
import { keyOf } from "./kinds.ts";
import { effectOf } from "./optimistic.ts";
import { addChange, changesKey, dropChange, dropPatches, nameMade } from "./pending.ts";
import type { Fields } from "./records.ts";
import { inBatch, keep, nextMoment, resolveKey, type Store, touch } from "./store.ts";
import { ask, procedureOf, rootKey, type World } from "./world.ts";

const madeUpPrefix = "new-";

/** Whether an id is one that no server has given. */
export function isMadeUpId(id: string): boolean {
  return id.startsWith(madeUpPrefix);
}

/**
 * Makes a change. It is seen at once; the promise is that of the server's answer. A refused change is forgotten, other
 * than a new thing: that stays with the state "refused". Changes of one thing go one after the other.
 */
export async function makeChange(world: World, { path, input }: Order): Promise<unknown> {
  const { store, person } = world.present.get();
  const keyed = metaOf(path).repeat === "byKey" ? { idempotencyKey: newKey(), ...input } : input;
  const order = { path, input: keyed };
  const maker = { store, meId: person.userId, newId: madeUpPrefix + newKey(), nowIso: new Date().toISOString() };
  const effect = effectOf(maker, order);
  if (effect === null) return take(world, { path, answer: await send(world, order), store });
  return queue(world, { change: addChange(store, { order, effect }), store });
}

/** Sends a refused thing again, as it was. */
export async function retryChange(world: World, change: Change): Promise<unknown> {
  const { store } = world.present.get();
  if (change.state !== "refused" || !store.changes.has(change)) return undefined;
  mark(store, { change, state: "sending" });
  return queue(world, { change, store });
}

/** Gives a refused thing up: it leaves its lists. */
export function discardChange(world: World, change: Change): void {
  if (change.state === "refused") dropChange(world.present.get().store, change);
}

function queue(world: World, running: Running): Promise<unknown> {
  return inLane(world, running.change.effect.lane, () => carryOut(world, running));
}

function mark(store: Store, { change, state }: { change: Change; state: Change["state"] }): void {
  inBatch(store, () => {
    change.state = state;
    touch(store, changesKey);
    for (const key of change.effect.marks ?? []) touch(store, resolveKey(store, key));
  });
}

async function inLane<Result>(world: World, lane: string, work: () => Promise<Result>): Promise<Result> {
  const before = world.lanes.get(lane) ?? Promise.resolve();
  const mine = before.then(work, work);
  world.lanes.set(lane, mine);
  try {
    return await mine;
  } finally {
    if (world.lanes.get(lane) === mine) world.lanes.delete(lane);
  }
}

interface Running {
  change: Change;
  store: Store;
}

async function carryOut(world: World, running: Running): Promise<unknown> {
  try {
    const answer = await send(world, running.change.order);
    settle(world, { ...running, answer });
    return answer;
  } catch (error) {
    refuse({ ...running, error });
    throw error;
  }
}

/** Sends it, with the ids that the server has given by now to things made before. */
function send(world: World, { path, input }: Order): Promise<unknown> {
  const call = procedureOf(world.client, path).mutate;
  if (call === undefined) throw new Error(`${path} changes nothing`);
  return call(withGivenIds(world.present.get().store, input));
}

function withGivenIds(store: Store, input: Fields): Fields {
  const entries = Object.entries(input).map(([field, value]) => {
    if (typeof value !== "string" || !isMadeUpId(value)) return [field, value];
    const kind = field === "postId" ? "post" : "comment";
    const key = resolveKey(store, keyOf(kind, value));
    return [field, key.slice(key.indexOf(":") + 1)];
  });
  return Object.fromEntries(entries);
}

/** The server has taken a change: its answer is kept and what stood for it is forgotten, in one. */
export function settle(world: World, { change, store, answer }: Running & { answer: unknown }): void {
  inBatch(store, () => {
    take(world, { path: change.order.path, answer, store });
    const learned = change.effect.learn?.(answer) ?? [];
    keep(store, { learned, askedAt: nextMoment(store) });
    nameAnswer(store, { effect: change.effect, answer });
    change.doneAt = nextMoment(store);
    mark(store, { change, state: "confirming" });
    dropPatches(store, { change, withTallies: false });
  });
  void confirm(world, { change, store });
}

/** A new thing's answer tells its id. */
function nameAnswer(store: Store, { effect, answer }: { effect: Effect; answer: unknown }): void {
  const id = (answer as { id?: unknown } | null)?.id;
  if (effect.made === undefined || typeof id !== "string") return;
  const { kind, id: firstId } = effect.made;
  nameMade(store, { from: keyOf(kind, firstId), to: keyOf(kind, id), firstId });
}

async function confirm(world: World, { change, store }: { change: Change; store: Store }): Promise<void> {
  const { confirms = [] } = change.effect;
  // Where the count cannot be read again, the next answer tells it.
  await Promise.allSettled(
    confirms.map(({ path, input }) => ask(world, { path, input: withGivenIds(store, { ...input }) })),
  );
  change.state = "done";
  dropPatches(store, { change, withTallies: true });
  // What it has added to lists stays until the lists have been asked for again.
  if (change.effect.additions === undefined) store.changes.delete(change);
}

/** The server has refused a change. A new thing stays, with its state, so that what was written is not lost. */
function refuse({ change, store, error }: Running & { error: unknown }): void {
  if (change.effect.made === undefined) {
    dropChange(store, change);
    return;
  }
  change.error = error;
  inBatch(store, () => {
    mark(store, { change, state: "refused" });
    dropTallies(store, change);
  });
}

function dropTallies(store: Store, change: Change): void {
  for (const [key, patches] of store.patches) {
    const left = patches.filter((one) => one.change !== change || !one.isTally);
    if (left.length === patches.length) continue;
    store.patches.set(key, left);
    touch(store, key);
  }
}

/** Procedures whose answer is that of a reading one. */
const answersOf: { readonly [path: string]: string } = { "notification.updatePreferences": "notification.preferences" };

function take(world: World, { path, answer, store }: { path: string; answer: unknown; store: Store }): unknown {
  keepAnswer(store, { path, answer, askedAt: nextMoment(store) });
  const query = answersOf[path];
  if (query !== undefined) world.queryClient.setQueriesData({ queryKey: [rootKey, query] }, answer);
  return answer;
}
