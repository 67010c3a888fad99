// The stream of an open post, put into the store as it comes. However many readers, there is one.
import type { Unsubscribable } from "@trpc/server/observable";
import { addArrived, matchOwn } from "./arrivals.ts";
import { type Key, keyOf } from "./kinds.ts";
import { truth } from "./maker.ts";
import { removal } from "./optimistic.comments.ts";
import type { EventOf } from "./paths.ts";
import { changesKey } from "./pending.ts";
import { takeApart } from "./records.ts";
import { refreshShown } from "./refresh.ts";
import { bury, fold, inBatch, keep, listen, nextMoment, resolveKey, type Store } from "./store.ts";
import { ask, type Present, type World } from "./world.ts";

/** What the stream of a post tells. */
export type PostEvent = EventOf<"live.onPost">;

interface Holding {
  count: number;
  stop(): void;
  closing: ReturnType<typeof setTimeout> | null;
}

const holdings = new WeakMap<Store, Map<string, Holding>>();
/** A reader that comes back soon, as when one moves between two screens, finds the stream still open. */
const lingerMs = 5_000;

/** Holds a post's stream open until all who hold it have let go, and a little longer. */
export function holdPost(world: World, postId: string): () => void {
  const { store, person } = world.present.get();
  const posts = holdings.get(store) ?? new Map<string, Holding>();
  holdings.set(store, posts);
  const holding = posts.get(postId) ?? { count: 0, stop: openPost(world, { store, person, postId }), closing: null };
  posts.set(postId, holding);
  holding.count += 1;
  if (holding.closing !== null) clearTimeout(holding.closing);
  return () => {
    holding.count -= 1;
    if (holding.count > 0) return;
    holding.closing = setTimeout(() => {
      posts.delete(postId);
      holding.stop();
    }, lingerMs);
  };
}

function openPost(world: World, { store, person, postId }: Present & { postId: string }): () => void {
  const stream: Unsubscribable = world.client.live.onPost.subscribe(
    { postId },
    {
      onData: (event) => {
        const topId = topOf(store, event);
        keepPostEvent(store, { postId, meId: person.userId, event });
        // What came while the stream was down is not told.
        if (event.type === "post.resync") refreshShown(world);
        // How many replies a thread has, no event tells.
        if (topId !== null) ask(world, { path: "comment.byId", input: { commentId: topId } }).catch(() => {});
      },
    },
  );
  return () => stream.unsubscribe();
}

/** The top comment whose count of replies an event moves; null where it moves none. */
function topOf(store: Store, event: PostEvent): string | null {
  if (event.type === "comment.created") return event.comment.parentId;
  if (event.type !== "comment.deleted") return null;
  const { parentId } = fold(store, keyOf("comment", event.commentId)) ?? {};
  return typeof parentId === "string" ? parentId : null;
}

interface Told {
  postId: string;
  meId: string | null;
  event: PostEvent;
}

/** Puts what an event tells of a post into the store. */
export function keepPostEvent(store: Store, { postId, meId, event }: Told): void {
  const key: Key = keyOf("post", postId);
  inBatch(store, () => {
    const askedAt = nextMoment(store);
    switch (event.type) {
      case "post.counts":
        return keepCounts(store, { key, event });
      case "comment.created":
        keep(store, { learned: takeApart("comment", event.comment), askedAt });
        if (!matchOwn(store, { comment: event.comment, meId })) addArrived(store, event.comment);
        return undefined;
      case "comment.updated":
        return keep(store, { learned: takeApart("comment", event.comment), askedAt });
      case "comment.deleted": {
        const commentKey = keyOf("comment", event.commentId);
        const fields = removal(fold(store, commentKey) ?? {});
        return keep(store, { learned: [truth(commentKey, fields)], askedAt });
      }
      case "post.deleted":
        return bury(store, key);
      default:
        return undefined;
    }
  });
}

/** Longer than an answer takes, and too short for a count to be missed. */
const maxHeldMs = 500;

/**
 * While a change of one's own is on its way, the event that counts it may overtake its answer and would be counted twice
 * for a moment: it waits for the answer.
 */
function keepCounts(
  store: Store,
  { key, event }: { key: Key; event: Extract<PostEvent, { type: "post.counts" }> },
): void {
  const { likeCount, commentCount, rev } = event;
  function keepNow(): void {
    keep(store, { learned: [truth(key, { likeCount, commentCount, rev })], askedAt: nextMoment(store) });
  }
  if (!isBeingCounted(store, key)) {
    keepNow();
    return;
  }
  const timer = setTimeout(finish, maxHeldMs);
  const stop = listen(store, [changesKey], () => {
    if (!isBeingCounted(store, key)) finish();
  });
  function finish(): void {
    clearTimeout(timer);
    stop();
    keepNow();
  }
}

function isBeingCounted(store: Store, key: Key): boolean {
  for (const { state, effect } of store.changes) {
    if (state !== "sending") continue;
    const touched = [...(effect.patches ?? []), ...(effect.tallies ?? [])];
    if (touched.some((one) => resolveKey(store, one.key) === key)) return true;
  }
  return false;
}
