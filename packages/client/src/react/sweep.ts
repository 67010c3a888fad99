// Forgetting objects that no query names any more.

import { learnedOf } from "./answers.ts";
import { heldKinds, type Key, type Kind, keyOf, type Type } from "./kinds.ts";
import { resolveKey, type Store } from "./store.ts";
import { answersIn, rootKey, type World } from "./world.ts";

const delayMs = 1_000;
const timers = new WeakMap<World, ReturnType<typeof setTimeout>>();

/** Sweeps in a moment, once for many queries that go. */
export function sweepSoon(world: World): void {
  if (timers.has(world)) return;
  const timer: ReturnType<typeof setTimeout> & { unref?(): void } = setTimeout(() => {
    timers.delete(world);
    sweep(world);
  }, delayMs);
  // A server that has rendered its page is not kept alive by it.
  timer.unref?.();
  timers.set(world, timer);
}

/** Forgets what is neither in a query's data, nor shown, nor part of a change. */
export function sweep(world: World): void {
  const { store } = world.present.get();
  const kept = new Set<Key>();
  for (const query of world.queryClient.getQueryCache().findAll({ queryKey: [rootKey] })) {
    for (const answer of answersIn(query.state.data)) {
      for (const { key } of learnedOf(String(query.queryKey[1]), answer)) keepWithHeld(store, { key, kept });
    }
  }
  for (const key of [...store.listeners.keys(), ...store.patches.keys()]) keepWithHeld(store, { key, kept });
  for (const { kind, id } of store.additions) keepWithHeld(store, { key: keyOf(kind, id), kept });
  for (const key of store.records.keys()) if (!kept.has(key)) store.records.delete(key);
  for (const key of store.refs.keys()) if (!kept.has(key)) store.refs.delete(key);
  for (const [name, { keys }] of store.views) if (!keys.every((key) => kept.has(key))) store.views.delete(name);
  for (const key of store.versions.keys()) if (isObject(key) && !kept.has(key)) store.versions.delete(key);
}

function isObject(key: Key): boolean {
  return !key.startsWith("store:") && !key.startsWith("lists:");
}

function keepWithHeld(store: Store, { key, kept }: { key: Key; kept: Set<Key> }): void {
  const present = resolveKey(store, key);
  kept.add(key);
  if (kept.has(present) && present !== key) return;
  kept.add(present);
  const fields = store.records.get(present)?.fields;
  const held: { readonly [field: string]: Kind } = heldKinds[present.slice(0, present.indexOf(":")) as Type] ?? {};
  for (const [field, kind] of Object.entries(held)) {
    for (const id of [fields?.[field]].flat()) if (typeof id === "string") kept.add(keyOf(kind, id));
  }
}
