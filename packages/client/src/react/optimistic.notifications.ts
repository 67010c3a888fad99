// What has been read and seen, seen at once.
import type { Effect, Patch } from "./effect.ts";
import { type Key, keyOf, ownCountsId } from "./kinds.ts";
import { type Effects, seenFields, setField, truth } from "./maker.ts";
import type { Fields, Learned } from "./records.ts";
import type { Store } from "./store.ts";

export const notificationEffects: Effects = {
  "notification.markRead": ({ store }, marked) => markEffect(store, { field: "read", count: "unread", marked }),
  "notification.markSeen": ({ store }, marked) => markEffect(store, { field: "seen", count: "unseen", marked }),
};

interface Mark {
  field: "read" | "seen";
  count: "unread" | "unseen";
  marked: Marked;
}
export interface Marked {
  ids?: readonly string[] | undefined;
  groupKeys?: readonly string[] | undefined;
  upToId?: string | undefined;
}

function markEffect(store: Store, mark: Mark): Effect {
  const keys = markedKeys(store, mark.marked);
  const countsKey = keyOf("counts", ownCountsId);
  const patches: { key: Key; patch: Patch }[] = keys.map((key) => ({ key, patch: setField(mark.field, true) }));
  // All up to the newest that is known: none is left. Fewer: the answer tells.
  if (mark.marked.upToId !== undefined) patches.push({ key: countsKey, patch: setField(mark.count, 0) });
  return { lane: "notifications", patches, learn: () => learnMarked(store, mark) };
}

/** What has been marked, as truth: of the notifications that are known. */
export function learnMarked(store: Store, { field, marked }: Pick<Mark, "field" | "marked">): Learned[] {
  return markedKeys(store, marked).map((key) => truth(key, { [field]: true }));
}

function markedKeys(store: Store, marked: Marked): Key[] {
  const keys: Key[] = [];
  for (const key of store.records.keys()) {
    if (!key.startsWith("notification:") && !key.startsWith("group:")) continue;
    if (isMarked(seenFields(store, key) ?? {}, marked)) keys.push(key);
  }
  return keys;
}

function isMarked(fields: Fields, { ids, groupKeys, upToId }: Marked): boolean {
  const id = String(fields.id ?? fields.latestId);
  if (upToId !== undefined) return id.length === upToId.length ? id <= upToId : id.length < upToId.length;
  if (groupKeys) return groupKeys.includes(String(fields.groupKey));
  return ids?.includes(id) ?? false;
}
