// New things that streams bring: each stands at the edge of its list until the list has been asked for again.
import type { NewAddition } from "./effect.ts";
import { type Comment, keyOf } from "./kinds.ts";
import { placeOf } from "./optimistic.comments.ts";
import { addChange, nameMade } from "./pending.ts";
import { nextMoment, resolveKey, type Store } from "./store.ts";

/** Puts a thing at the edge of its list, as of now. */
export function addAtEdge(store: Store, addition: NewAddition): void {
  const change = addChange(store, { order: { path: "", input: {} }, effect: { lane: "", additions: [addition] } });
  change.state = "done";
  change.doneAt = nextMoment(store);
}

/** Puts a comment of somebody else's at the edge of its thread. */
export function addArrived(store: Store, comment: Comment): void {
  const { id, postId, parentId } = comment;
  const key = keyOf("comment", id);
  const isThere = store.additions.some(
    (one) => one.kind === "comment" && resolveKey(store, keyOf("comment", one.id)) === key,
  );
  if (!isThere) addAtEdge(store, placeOf(store, { postId, parentId, id }));
}

/** Whether a comment that a stream brings is one of one's own whose answer is still on its way: then it is that one. */
export function matchOwn(store: Store, { comment, meId }: { comment: Comment; meId: string | null }): boolean {
  if (comment.author?.id !== meId) return false;
  for (const { order, effect, state, doneAt } of store.changes) {
    if (order.path !== "comment.create" || effect.made === undefined) continue;
    const from = keyOf("comment", effect.made.id);
    if (resolveKey(store, from) === keyOf("comment", comment.id)) return true;
    const { text, postId } = order.input;
    if (state !== "sending" || doneAt !== null || text !== comment.text || postId !== comment.postId) continue;
    nameMade(store, { from, to: keyOf("comment", comment.id), firstId: effect.made.id });
    return true;
  }
  return false;
}
