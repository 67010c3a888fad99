// The pending log: changes on their way, as functions of what is there. Rolling one back is forgetting it.
import type { Change, Effect, Order, Patch, Tally } from "./effect.ts";
import type { Key } from "./kinds.ts";
import { stampOf } from "./records.ts";
import { inBatch, nextMoment, resolveKey, type Store, touch } from "./store.ts";

/** Lets a change be seen. */
export function addChange(store: Store, { order, effect }: { order: Order; effect: Effect }): Change {
  const id = nextMoment(store);
  const change: Change = { id, order, effect, state: "sending", doneAt: null, isKept: false, error: null };
  inBatch(store, () => {
    store.changes.add(change);
    touch(store, changesKey);
    for (const { key, patch } of effect.patches ?? []) addPatch(store, { key, change, patch });
    for (const tally of effect.tallies ?? []) {
      addPatch(store, { key: tally.key, change, patch: tallyPatch(store, { change, tally }), isTally: true });
    }
    for (const key of effect.marks ?? []) touch(store, resolveKey(store, key));
    for (const addition of effect.additions ?? []) {
      store.additions.push({ ...addition, change });
      touch(store, listsKey(addition.path));
    }
  });
  return change;
}

interface NewPatch {
  key: Key;
  change: Change;
  patch: Patch;
  isTally?: boolean;
}

function addPatch(store: Store, { key, change, patch, isTally = false }: NewPatch): void {
  const present = resolveKey(store, key);
  const entry = { change, patch, isTally };
  const patches = store.patches.get(present);
  if (patches) patches.push(entry);
  else store.patches.set(present, [entry]);
  touch(store, present);
}

/** A count that came after the server had taken the change has it in it. */
function tallyPatch(store: Store, { change, tally }: { change: Change; tally: Tally }): Patch {
  const { key, field, by } = tally;
  return (fields) => {
    const count = fields[field];
    if (typeof count !== "number") return null;
    const record = store.records.get(resolveKey(store, key));
    const askedAt = (record && stampOf(record, field)?.askedAt) ?? 0;
    if (change.doneAt !== null && askedAt > change.doneAt) return null;
    return { [field]: Math.max(0, count + by) };
  };
}

/** Forgets what a change patched; its tallies only if asked to. */
export function dropPatches(store: Store, input: { change: Change; withTallies: boolean }): void {
  const { change, withTallies } = input;
  const { patches = [], tallies = [] } = change.effect;
  inBatch(store, () => {
    for (const { key } of [...patches, ...(withTallies ? tallies : [])]) {
      const present = resolveKey(store, key);
      const left = store.patches.get(present)?.filter((one) => one.change !== change || (one.isTally && !withTallies));
      if (left === undefined) continue;
      if (left.length === 0) store.patches.delete(present);
      else store.patches.set(present, left);
      touch(store, present);
    }
  });
}

/** Forgets a change wholly, as if it had not been made. */
export function dropChange(store: Store, change: Change): void {
  inBatch(store, () => {
    store.changes.delete(change);
    touch(store, changesKey);
    dropPatches(store, { change, withTallies: true });
    for (const key of change.effect.marks ?? []) touch(store, resolveKey(store, key));
    for (const addition of change.effect.additions ?? []) touch(store, listsKey(addition.path));
    const left = store.additions.filter((addition) => addition.change !== change);
    store.additions.splice(0, store.additions.length, ...left);
  });
}

/** Gives a new thing the id that the server has given it. What was there under the first one is there under this. */
export function nameMade(store: Store, input: { from: Key; to: Key; firstId: string }): void {
  const { from, to } = input;
  if (from === to || store.aliases.has(from)) return;
  inBatch(store, () => {
    store.aliases.set(from, to);
    store.firstIds.set(to, input.firstId);
    const moved = store.patches.get(from);
    if (moved) {
      store.patches.delete(from);
      store.patches.set(to, [...moved, ...(store.patches.get(to) ?? [])]);
    }
    touch(store, from);
    touch(store, to);
  });
}

/** The log itself, as something to listen to. */
export const changesKey: Key = "store:changes";

/** All lists of one procedure, as something to listen to. */
export function listsKey(path: string): Key {
  return `lists:${path}`;
}

/** How far the making or changing of an object has come. */
export function stateOf(store: Store, key: Key): "saved" | "sending" | "refused" {
  for (const { state, effect } of store.changes) {
    if (state !== "sending" && state !== "refused") continue;
    if (effect.marks?.some((mark) => resolveKey(store, mark) === key)) return state;
  }
  return "saved";
}
