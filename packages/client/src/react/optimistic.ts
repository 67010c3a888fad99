// What each change shows at once. A change without a row is seen when its answer comes.
import type { Effect } from "./effect.ts";
import type { Effects, Maker } from "./maker.ts";
import { commentEffects } from "./optimistic.comments.ts";
import { notificationEffects } from "./optimistic.notifications.ts";
import { peopleEffects } from "./optimistic.people.ts";
import { postEffects } from "./optimistic.posts.ts";

const effects: Effects = { ...postEffects, ...commentEffects, ...peopleEffects, ...notificationEffects };

/** What a change shows; null for one that shows nothing before its answer. */
export function effectOf(maker: Maker, change: { path: string; input: unknown }): Effect | null {
  const effect = (effects as { [path: string]: ((maker: Maker, input: never) => Effect) | undefined })[change.path];
  return effect?.(maker, change.input as never) ?? null;
}
