// The entity store: each object once, as the server told it, with the changes under way folded over it as they are read.
// Promises: what is seen is fold(pending, base); of two truths about a field the newer stays, in whatever order they came.
import type { Addition, Change, Patch } from "./effect.ts";
import { type Key, type Kind, smallerKinds } from "./kinds.ts";
import {
  type Fields,
  isNewer,
  type Learned,
  looksAlike,
  type ObjectRecord,
  type Stamps,
  stampFor,
  stampOf,
} from "./records.ts";

export interface Store {
  readonly records: Map<Key, ObjectRecord>;
  /** Changes that the server has not taken yet, and what is left of those that it has. In order of their making. */
  readonly changes: Set<Change>;
  /** New things in lists, in order of their making. */
  readonly additions: Addition[];
  /** New things by the id they had before the server gave them one. */
  readonly aliases: Map<Key, Key>;
  /** The id a thing had first, for React's keys. */
  readonly firstIds: Map<Key, string>;
  /** When each page and answer was asked for. */
  readonly moments: WeakMap<object, number>;
  /** The last moment. */
  moment: number;
  readonly patches: Map<Key, { change: Change; patch: Patch; isTally: boolean }[]>;
  readonly versions: Map<Key, number>;
  version: number;
  readonly listeners: Map<Key, Set<() => void>>;
  readonly changed: Set<Key>;
  readonly views: Map<string, CachedView>;
  /** Items of lists by their ids alone. */
  readonly refs: Map<Key, { readonly id: string; readonly key: string }>;
  batches: number;
}

interface CachedView {
  view: object;
  keys: readonly Key[];
  versions: readonly number[];
}

/** Told whenever anything changes. */
export const everything: Key = "store:everything";

export function createStore(): Store {
  return {
    records: new Map(),
    changes: new Set(),
    additions: [],
    aliases: new Map(),
    firstIds: new Map(),
    moments: new WeakMap(),
    moment: 0,
    patches: new Map(),
    versions: new Map(),
    version: 0,
    listeners: new Map(),
    changed: new Set(),
    views: new Map(),
    refs: new Map(),
    batches: 0,
  };
}

/** A new moment, later than all before. */
export function nextMoment(store: Store): number {
  store.moment += 1;
  return store.moment;
}

/** Makes several changes one for all who listen. */
export function inBatch<Result>(store: Store, work: () => Result): Result {
  store.batches += 1;
  try {
    return work();
  } finally {
    store.batches -= 1;
    if (store.batches === 0) tell(store);
  }
}

/** As `inBatch`, and those who listen hear of it a moment later: for what happens while React renders. */
export function inQuietBatch(store: Store, work: () => void): void {
  store.batches += 1;
  try {
    work();
  } finally {
    store.batches -= 1;
    if (store.changed.size > 0) {
      queueMicrotask(() => {
        if (store.batches === 0) tell(store);
      });
    }
  }
}

/** Notes that an object looks different, or may. */
export function touch(store: Store, key: Key): void {
  store.version += 1;
  store.versions.set(key, store.version);
  store.changed.add(key);
  if (store.batches === 0) tell(store);
}

function tell(store: Store): void {
  if (store.changed.size === 0) return;
  const told = new Set<() => void>(store.listeners.get(everything));
  for (const key of store.changed) for (const listener of store.listeners.get(key) ?? []) told.add(listener);
  store.changed.clear();
  for (const listener of told) listener();
}

/** Calls the listener when one of the objects may look different. The answer stops it. */
export function listen(store: Store, keys: Iterable<Key>, listener: () => void): () => void {
  const heard = [...keys];
  for (const key of heard) {
    const listeners = store.listeners.get(key);
    if (listeners) listeners.add(listener);
    else store.listeners.set(key, new Set([listener]));
  }
  return () => {
    for (const key of heard) {
      const listeners = store.listeners.get(key);
      listeners?.delete(listener);
      if (listeners?.size === 0) store.listeners.delete(key);
    }
  };
}

/** The key under which an object is kept now. */
export function resolveKey(store: Store, key: Key): Key {
  return store.aliases.get(key) ?? key;
}

/** Keeps what an answer or an event tells about objects, field by field, where it is newer than what is known. */
export function keep(store: Store, input: { learned: readonly Learned[]; askedAt: number }): void {
  inBatch(store, () => {
    for (const one of input.learned) keepOne(store, one, input.askedAt);
  });
}

function keepOne(store: Store, { key, kind, fields, rev }: Learned, askedAt: number): void {
  const stamps = { own: { rev, askedAt }, moment: { rev: null, askedAt } };
  const isWhole = "id" in fields || kind === "counts" || kind === "group";
  const record = store.records.get(key);
  if (record === undefined) {
    store.records.set(key, { fields, first: stamps, since: null, kinds: isWhole ? kindsOf(kind) : [] });
    touch(store, key);
    return;
  }
  const isChanged = learnFields(record, { fields, stamps });
  // What an answer shows again, and was asked for later, is not gone.
  const isBack = isWhole && record.fields.gone === true && learnFields(record, { fields: { gone: false }, stamps });
  const isKnown = !isWhole || record.kinds.includes(kind);
  if (!isKnown) record.kinds = [...record.kinds, ...kindsOf(kind)];
  if (isChanged || isBack || !isKnown) touch(store, key);
}

/** A person known in one size is known in the smaller ones. One list for all objects of a kind. */
const kindLists = new Map<Kind, readonly Kind[]>();

function kindsOf(kind: Kind): readonly Kind[] {
  const known = kindLists.get(kind) ?? [kind, ...(smallerKinds[kind] ?? [])];
  kindLists.set(kind, known);
  return known;
}

/** Takes over what is newer; whether anything looks different then. */
function learnFields(record: ObjectRecord, { fields, stamps }: { fields: Fields; stamps: Stamps }): boolean {
  let isChanged = false;
  let isNewest = true;
  for (const [field, value] of Object.entries(fields)) {
    const stamp = stampFor(field, stamps);
    if (!isNewer(stamp, stampOf(record, field))) {
      isNewest = false;
      continue;
    }
    const isSame = field in record.fields && looksAlike(record.fields[field], value);
    record.since ??= {};
    record.since[field] = stamp;
    if (isSame) continue;
    // Whoever has read the fields as they were keeps them.
    if (!isChanged) record.fields = { ...record.fields };
    isChanged = true;
    (record.fields as Record<string, unknown>)[field] = value;
  }
  if (isNewest && Object.keys(record.fields).every((field) => field in fields)) {
    record.first = stamps;
    record.since = null;
  }
  return isChanged;
}

/** Notes that an object is no more: it leaves every list. */
export function bury(store: Store, key: Key): void {
  const learned: Learned = { key, kind: "post", fields: { gone: true }, rev: null };
  keep(store, { learned: [learned], askedAt: nextMoment(store) });
}

/** An object's fields as they are to be seen: the changes under way over what the server told. */
export function fold(store: Store, key: Key): Fields | undefined {
  const record = store.records.get(key);
  const patches = store.patches.get(key);
  if (patches === undefined) return record?.fields;
  let fields: Fields = record?.fields ?? {};
  for (const { patch } of patches) {
    const changes = patch(fields);
    if (changes !== null) fields = { ...fields, ...changes };
  }
  return fields;
}
