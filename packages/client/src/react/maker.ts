// Where an optimistic change is made, and the small pieces that the tables of effects share.
import type { Effect, Patch } from "./effect.ts";
import { type Key, keyOf } from "./kinds.ts";
import type { InputOf, MutationPath } from "./paths.ts";
import type { Fields, Learned } from "./records.ts";
import { fold, resolveKey, type Store } from "./store.ts";

/** By whom a change is made, when, and the id of a thing that it makes. */
export interface Maker {
  store: Store;
  meId: string | null;
  /** Of the new thing, until the server gives it one. */
  newId: string;
  nowIso: string;
}

export type Effects = { readonly [Path in MutationPath]?: (maker: Maker, input: InputOf<Path>) => Effect };

/** An object's fields as they are to be seen now. */
export function seenFields(store: Store, key: Key): Fields | undefined {
  return fold(store, resolveKey(store, key));
}

/** Sets one field; where it is set already, or not known, the change does nothing. */
export function setField(field: string, value: unknown, besides?: (fields: Fields) => Fields): Patch {
  return (fields) => {
    if (!(field in fields) || fields[field] === value) return null;
    return { ...besides?.(fields), [field]: value };
  };
}

/** A count moved by so much, never below zero. */
export function moved(fields: Fields, input: { field: string; by: number }): Fields {
  const count = fields[input.field];
  return typeof count === "number" ? { [input.field]: Math.max(0, count + input.by) } : {};
}

/** A truth that came with an answer, about some fields of an object. */
export function truth(key: Key, fields: Fields): Learned {
  const { rev } = fields;
  const kind = key.startsWith("post:") ? "post" : key.startsWith("comment:") ? "comment" : "summary";
  return { key, kind, fields, rev: typeof rev === "number" ? rev : null };
}

/** Of what a like or another relation is. */
export function subjectKey(input: { postId?: string | undefined; commentId?: string | undefined }): Key {
  return input.postId === undefined ? keyOf("comment", String(input.commentId)) : keyOf("post", input.postId);
}

/** Counts of the person's own profile are read again with `user.me`. */
export const readMeAgain = { path: "user.me", input: {} };
