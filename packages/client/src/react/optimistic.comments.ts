// Comments, seen at once.
import type { Effect, NewAddition, Tally } from "./effect.ts";
import { keyOf } from "./kinds.ts";
import { type Effects, type Maker, seenFields, truth } from "./maker.ts";
import type { InputOf } from "./paths.ts";
import type { Fields } from "./records.ts";
import { resolveKey, type Store } from "./store.ts";

export const commentEffects: Effects = {
  "comment.create": (maker, input) => createEffect(maker, input),
  "comment.update": ({ nowIso }, { commentId, text }) => {
    const key = keyOf("comment", commentId);
    return {
      lane: key,
      marks: [key],
      patches: [{ key, patch: (fields) => (fields.text === text ? null : { text, editedAt: nowIso }) }],
    };
  },
  "comment.delete": ({ store }, { commentId }) => {
    const key = keyOf("comment", commentId);
    const { postId, parentId } = seenFields(store, key) ?? {};
    return {
      lane: key,
      patches: [{ key, patch: removal }],
      learn: () => [truth(key, removal(seenFields(store, key) ?? {}))],
      ...countsOf({ postId, parentId, by: -1 }),
    };
  },
};

/** A comment with replies keeps its place, empty. */
export function removal(fields: Fields): Fields {
  if (typeof fields.replyCount !== "number" || fields.replyCount === 0) return { gone: true };
  return { author: null, text: null, mentions: [], "viewer.canEdit": false, "viewer.canDelete": false };
}

function createEffect(maker: Maker, input: InputOf<"comment.create">): Effect {
  const { store, meId, newId } = maker;
  const parent = input.parentId == null ? undefined : seenFields(store, keyOf("comment", input.parentId));
  // Replies to replies stand under the same top comment.
  const parentId = (parent?.parentId as string | null | undefined) ?? input.parentId ?? null;
  const key = keyOf("comment", newId);
  const fields: Fields = {
    isMadeUp: true,
    id: newId,
    postId: input.postId,
    parentId,
    replyTo: replyToOf(store, parent),
    author: meId,
    text: input.text,
    mentions: [],
    likeCount: 0,
    replyCount: 0,
    createdAt: maker.nowIso,
    editedAt: null,
    rev: 0,
    viewer: true,
    "viewer.isLiked": false,
    "viewer.canEdit": true,
    "viewer.canDelete": true,
  };
  return {
    lane: `comments ${input.postId}`,
    made: { kind: "comment", id: newId },
    marks: [key],
    patches: [{ key, patch: (known) => ({ ...fields, ...known }) }],
    additions: [placeOf(store, { postId: input.postId, parentId, id: newId })],
    ...countsOf({ postId: input.postId, parentId, by: 1 }),
  };
}

function replyToOf(store: Store, parent: Fields | undefined): object | null {
  if (typeof parent?.author !== "string") return null;
  const handle = seenFields(store, keyOf("summary", parent.author))?.handle;
  return typeof handle === "string" ? { userId: parent.author, handle } : null;
}

interface Place {
  postId: string;
  parentId: string | null;
  id: string;
}

/** Where a comment of one's own stands: at the newest end of its thread. */
export function placeOf(store: Store, { postId, parentId, id }: Place): NewAddition {
  if (parentId === null) {
    const path = "comment.list";
    return { path, kind: "comment", id, edgeOf: (list) => (list.postId !== postId ? null : edgeOfSort(list.sort)) };
  }
  const topKey = keyOf("comment", parentId);
  return {
    path: "comment.replies",
    kind: "comment",
    id,
    edgeOf: ({ commentId }) =>
      resolveKey(store, keyOf("comment", String(commentId))) === resolveKey(store, topKey) ? "end" : null,
  };
}

function edgeOfSort(sort: unknown): "start" | "end" {
  return sort === "oldest" ? "end" : "start";
}

function countsOf({ postId, parentId, by }: { postId: unknown; parentId: unknown; by: number }): Partial<Effect> {
  const tallies: Tally[] = [];
  const confirms: { path: string; input: object }[] = [];
  if (typeof postId === "string") {
    tallies.push({ key: keyOf("post", postId), field: "commentCount", by });
    confirms.push({ path: "post.byId", input: { postId } });
  }
  if (typeof parentId === "string") {
    tallies.push({ key: keyOf("comment", parentId), field: "replyCount", by });
    confirms.push({ path: "comment.byId", input: { commentId: parentId } });
  }
  return { tallies, confirms };
}
