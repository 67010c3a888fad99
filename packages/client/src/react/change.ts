// Making a change: it is seen at once, goes to the server in order, and is forgotten where the server refuses it.
import { onlineManager } from "@tanstack/react-query";
import { newKey } from "../key.ts";
import { metaOf } from "../procedure.meta.ts";
import type { RepeatContext } from "../retry.link.ts";
import { keepAnswer } from "./answers.ts";
import type { Change, Effect, Order } from "./effect.ts";
import { keyOf } from "./kinds.ts";
import { effectOf } from "./optimistic.ts";
import { isForLater, mayWait } from "./outbox.ts";
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

/** Makes a refused change again, as it was. A thing that stayed is the same thing. */
export async function retryChange(world: World, change: Change): Promise<unknown> {
  const { store } = world.present.get();
  if (change.state !== "refused" || !store.changes.has(change)) return undefined;
  if (change.effect.made === undefined) {
    dropChange(store, change);
    return makeChange(world, change.order);
  }
  change.isKept = false;
  mark(store, { change, state: "sending" });
  return queue(world, { change, store });
}

/** Gives a refused change up: a thing that stayed leaves its lists. */
export function discardChange(world: World, change: Change): void {
  if (change.state === "refused") dropChange(world.present.get().store, change);
}

interface Running {
  change: Change;
  store: Store;
}

/** Ids of things that the server has not given one yet, in what a change says. */
function madeUpIds({ input }: Order): string[] {
  return Object.values(input).filter((value): value is string => typeof value === "string" && isMadeUpId(value));
}

/** Sends a change when those of its lane before it are answered, or wait for the network. */
async function queue(world: World, running: Running): Promise<unknown> {
  const { effect } = running.change;
  const trying = inLane(world, effect.lane, () => attempt(world, running));
  if (effect.made) {
    world.makings.set(effect.made.id, trying);
    // Whoever builds on it hears of its end, and so does who has asked for it.
    trying.catch(() => {});
  }
  const { answer } = await trying;
  return answer;
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

/** Ends when the change is answered, or is kept. */
async function attempt(world: World, running: Running): Promise<{ answer: Promise<unknown> }> {
  const { change, store } = running;
  try {
    // What is built on a new thing waits until that has its id, or is kept, and goes with it if that is refused.
    await Promise.all(madeUpIds(change.order).map((id) => world.makings.get(id)));
  } catch (error) {
    refuse(store, { change, error });
    throw error;
  }
  const outbox = mayWait(change.order.path) && world.outbox?.store === store ? world.outbox : null;
  try {
    if (outbox && (outbox.isHolding() || !onlineManager.isOnline())) return await outbox.keep(change);
    // What can be kept is kept at the first failure: the page may be closed before the next attempt.
    const answer = await send(world, { ...change.order, context: outbox ? { attempts: 1 } : {} });
    settle(world, { ...running, answer });
    return { answer: Promise.resolve(answer) };
  } catch (error) {
    if (outbox && isForLater(error)) return outbox.keep(change);
    refuse(store, { change, error });
    throw error;
  }
}

/** Shows how far a change has come. */
export function mark(store: Store, { change, state }: { change: Change; state: Change["state"] }): void {
  inBatch(store, () => {
    change.state = state;
    touch(store, changesKey);
    for (const key of change.effect.marks ?? []) touch(store, resolveKey(store, key));
  });
}

/** Sends it, with the ids that the server has given by now to things made before. */
export function send(world: World, { path, input, context }: Order & { context?: RepeatContext }): Promise<unknown> {
  const call = procedureOf(world.client, path).mutate;
  if (call === undefined) throw new Error(`${path} changes nothing`);
  return call(withGivenIds(world.present.get().store, input), { context });
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
    // A thing may have been named by the id that it had until it was made.
    const truths = change.effect.learn?.(answer) ?? [];
    const learned = truths.map((one) => ({ ...one, key: resolveKey(store, one.key) }));
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

/**
 * The server has refused a change. A new thing stays, with its state, so that what was written is not lost. Of another
 * change nothing is left to see; one that had waited for the network is still told of, since nobody looks at it any more.
 */
export function refuse(store: Store, { change, error }: { change: Change; error: unknown }): void {
  change.error = error;
  inBatch(store, () => {
    if (change.effect.made === undefined) {
      dropChange(store, change);
      if (change.isKept) store.changes.add(change);
    } else dropTallies(store, change);
    change.isKept = false;
    mark(store, { change, state: "refused" });
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
