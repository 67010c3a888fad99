// Lists as they are to be seen: the pages as the server sent them, joined with the store, with new things at their edge
// and without what is gone. Promise: each thing stands once.
import { idOfView, type Key, type Kind, keyOf } from "./kinds.ts";
import { listsKey } from "./pending.ts";
import type { Fields } from "./records.ts";
import { type Shape, shapeOf } from "./shapes.ts";
import { fold, resolveKey, type Store } from "./store.ts";
import { type Track, viewOf } from "./views.ts";

export interface Page {
  items: readonly object[];
  nextCursor: string | null;
}

interface ListInput {
  path: string;
  input: Fields;
  pages: readonly Page[];
  track: Track;
  /** Items as ids and keys alone: what an item looks like changes nothing. */
  asRefs?: boolean;
  /** Of a list that is read page by page: which of its edges these pages have. */
  edges?: readonly ("start" | "end")[];
}

/** The kind of a list's items, and under which field they lie in them. */
export function itemShapeOf(shape: Shape): { kind: Kind; field: "post" | null } | null {
  if (typeof shape === "string" || shape.page === "plain") return null;
  return typeof shape.page === "string" ? { kind: shape.page, field: null } : { kind: shape.page.post, field: "post" };
}

/** All items of a list in order. */
export function readList(store: Store, list: ListInput, before?: readonly object[]): readonly object[] {
  list.track(listsKey(list.path));
  const shape = itemShapeOf(shapeOf(list.path));
  const items = shape ? joinItems(store, list, shape) : plainItems(list);
  return before?.length === items.length && items.every((item, index) => item === before[index]) ? before : items;
}

function plainItems({ pages, asRefs }: ListInput): readonly object[] {
  const items = pages.flatMap((page) => page.items);
  return asRefs ? items.map(refOfPlain) : items;
}

/** An item of a list by its id, and the key for React, which stays when a new thing gets its id. */
export interface ItemRef {
  readonly id: string;
  readonly key: string;
}

const plainRefs = new WeakMap<object, ItemRef>();

function refOfPlain(item: object): ItemRef {
  const { id, tag } = item as Fields;
  const ref = plainRefs.get(item) ?? { id: String(id ?? tag), key: String(id ?? tag) };
  plainRefs.set(item, ref);
  return ref;
}

function refOf(store: Store, key: Key): ItemRef {
  const id = key.slice(key.indexOf(":") + 1);
  const firstId = store.firstIds.get(key) ?? id;
  const known = store.refs.get(key);
  if (known?.key === firstId) return known;
  const ref = { id, key: firstId };
  store.refs.set(key, ref);
  return ref;
}

function joinItems(store: Store, list: ListInput, shape: { kind: Kind; field: "post" | null }): object[] {
  const { kind, field } = shape;
  const seen = new Set<Key>();
  const items: object[] = [];
  for (const page of list.pages) {
    for (const raw of page.items) {
      const held = field === null ? raw : ((raw as Fields)[field] as object);
      const key = resolveKey(store, keyOf(kind, idOfView(kind, held)));
      if (seen.has(key)) continue;
      seen.add(key);
      const item = showItem(store, { list, kind, key });
      if (item === "hidden") continue;
      items.push(list.asRefs && item ? item : wrap(raw, { held, item: item ?? held, field }));
    }
  }
  return placeAdditions(store, { list, seen, items });
}

/** Things that hold a post, and views with more fields than their kind has, keep one object as well. */
const wrapped = new WeakMap<object, { item: object; made: object }>();

function wrap(raw: object, { held, item, field }: { held: object; item: object; field: string | null }): object {
  if (item === held) return raw;
  if (field === null && Object.keys(raw).every((key) => key in item)) return item;
  const known = wrapped.get(raw);
  if (known?.item === item) return known.made;
  const made = field === null ? { ...raw, ...item } : { ...raw, [field]: item };
  wrapped.set(raw, { item, made });
  return made;
}

function showItem(
  store: Store,
  { list, kind, key }: { list: ListInput; kind: Kind; key: Key },
): object | "hidden" | undefined {
  list.track(key);
  const fields = fold(store, key);
  if (fields && (fields.gone === true || isFiltered(store, { list, kind, fields }))) return "hidden";
  if (list.asRefs) return refOf(store, key);
  return viewOf(store, { kind, id: key.slice(key.indexOf(":") + 1), track: list.track });
}

/** Lists of what is in a state: what has left that state leaves the list, and is back in its place if it returns. */
const keptWhile: { readonly [path: string]: { field: string; is: unknown } } = {
  "bookmark.list": { field: "viewer.isBookmarked", is: true },
  "block.list": { field: "viewer.isBlocking", is: true },
  "mute.list": { field: "viewer.isMuting", is: true },
  "follow.requests": { field: "viewer.followedBy", is: "requested" },
};

/** Lists that leave out whom the viewer has muted. */
const withoutMuted = new Set(["feed.home", "explore.posts"]);

function isFiltered(store: Store, input: { list: ListInput; kind: Kind; fields: Fields }): boolean {
  const { list, kind, fields } = input;
  const rule = keptWhile[list.path];
  if (rule && rule.field in fields && fields[rule.field] !== rule.is) return true;
  if ((kind !== "post" && kind !== "comment") || typeof fields.author !== "string") return false;
  const key = resolveKey(store, keyOf("summary", fields.author));
  list.track(key);
  const author = fold(store, key);
  return (
    author?.["viewer.isBlocking"] === true || (author?.["viewer.isMuting"] === true && withoutMuted.has(list.path))
  );
}

function placeAdditions(store: Store, input: { list: ListInput; seen: Set<Key>; items: object[] }): object[] {
  const { list, seen } = input;
  let { items } = input;
  for (const { path, kind, id, change, edgeOf } of store.additions) {
    if (path !== list.path) continue;
    const key = resolveKey(store, keyOf(kind, id));
    const edge = edgeOf(list.input);
    if (
      edge === null ||
      list.edges?.includes(edge) === false ||
      seen.has(key) ||
      isRuledByAnswer(store, { list, edge, doneAt: change.doneAt })
    )
      continue;
    const item = showItem(store, { list, kind, key });
    if (item === undefined || item === "hidden") continue;
    seen.add(key);
    items = edge === "start" ? [item, ...items] : [...items, item];
  }
  return items;
}

/** Whether the page at that edge was asked for after the change was taken, so that it has the new thing if it is to. */
function isRuledByAnswer(
  store: Store,
  { list, edge, doneAt }: { list: ListInput; edge: "start" | "end"; doneAt: number | null },
): boolean {
  const page = edge === "start" ? list.pages[0] : list.pages.at(-1);
  if (page === undefined) return true;
  // The end of a list is known once its last page is here.
  if (edge === "end" && page.nextCursor !== null) return true;
  return doneAt !== null && (store.moments.get(page) ?? 0) > doneAt;
}

/** An answer that is no list, joined with the store. */
export function readAnswer(store: Store, input: { path: string; answer: object; track: Track }): object {
  const shape = shapeOf(input.path);
  if (typeof shape !== "string" || shape === "plain") return input.answer;
  return viewOf(store, { kind: shape, id: idOfView(shape, input.answer), track: input.track }) ?? input.answer;
}
