// Views out of the store. Promise: a view is the same object until it looks different; a new `rev` alone is no difference.
import {
  heldKinds,
  isFieldOf,
  type Key,
  type Kind,
  keyOf,
  type Marks,
  type Type,
  typeOf,
  type Views,
} from "./kinds.ts";
import { stateOf } from "./pending.ts";
import { type Fields, looksAlike } from "./records.ts";
import { fold, resolveKey, type Store } from "./store.ts";

/** Told of every object that a view was made of. */
export type Track = (key: Key) => void;

/** A view as it is to be seen now; undefined where not all of it is known. */
export function viewOf<K extends Kind>(
  store: Store,
  input: { kind: K; id: string; track: Track },
): (Views[K] & Marks) | undefined {
  return look(store, input) as (Views[K] & Marks) | undefined;
}

function look(store: Store, { kind, id, track }: { kind: Kind; id: string; track: Track }): object | undefined {
  const asked = keyOf(kind, id);
  const key = resolveKey(store, asked);
  if (asked !== key) track(asked);
  const name = `${kind} ${key}`;
  const cached = store.views.get(name);
  if (cached?.keys.every((each, index) => (store.versions.get(each) ?? 0) === cached.versions[index])) {
    for (const each of cached.keys) track(each);
    return cached.view;
  }
  const keys = new Set<Key>([key]);
  const made = makeView(store, { kind, key, track: (each) => keys.add(each) });
  for (const each of keys) track(each);
  if (made === undefined) {
    store.views.delete(name);
    return undefined;
  }
  const view = cached && looksTheSame(cached.view, made) ? cached.view : made;
  store.views.set(name, { view, keys: [...keys], versions: [...keys].map((each) => store.versions.get(each) ?? 0) });
  return view;
}

interface Making {
  kind: Kind;
  key: Key;
  track: Track;
}

function makeView(store: Store, { kind, key, track }: Making): object | undefined {
  const fields = fold(store, key);
  const isMade = store.records.get(key)?.kinds.includes(kind) ?? false;
  // A thing that only a change under way knows is whole: the change has made it up.
  if (fields === undefined || (!isMade && fields.isMadeUp !== true)) return undefined;
  const type = typeOf[kind];
  const view: Record<string, unknown> = {};
  let viewer: Record<string, unknown> | undefined;
  for (const [field, value] of Object.entries(fields)) {
    if (field === "gone" || field === "isMadeUp" || field === "viewer") continue;
    if (field.startsWith("viewer.")) {
      viewer ??= {};
      viewer[field.slice("viewer.".length)] = value;
    } else if (isFieldOf(kind, field)) view[field] = holdOthers(store, { type, field, value, track });
  }
  if ("viewer" in fields && isFieldOf(kind, "viewer")) {
    view.viewer = fields.viewer ? { ...viewer, ...followOfAuthor(store, { type, fields, track }) } : null;
  }
  if (kind === "counts") return view;
  view.key = store.firstIds.get(key) ?? key.slice(key.indexOf(":") + 1);
  view.state = stateOf(store, key);
  return view;
}

function holdOthers(store: Store, input: { type: Type; field: string; value: unknown; track: Track }): unknown {
  const kind = heldKinds[input.type]?.[input.field];
  if (kind === undefined || input.value === null) return input.value;
  if (!Array.isArray(input.value)) return look(store, { kind, id: String(input.value), track: input.track }) ?? null;
  return input.value.map((id) => look(store, { kind, id: String(id), track: input.track })).filter((one) => one);
}

function followOfAuthor(store: Store, { type, fields, track }: { type: Type; fields: Fields; track: Track }): object {
  if (type !== "post" || typeof fields.author !== "string") return {};
  const key = resolveKey(store, keyOf("summary", fields.author));
  track(key);
  return { follow: fold(store, key)?.["viewer.follow"] ?? "none" };
}

function looksTheSame(one: object, other: object): boolean {
  const keys = Object.keys(other);
  if (keys.length !== Object.keys(one).length) return false;
  return keys.every((key) => key === "rev" || looksAlike((one as Fields)[key], (other as Fields)[key]));
}
