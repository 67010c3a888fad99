// The script of a page in a real browser: a client of somebody, driven by the test through `window.stage`.
import { createPixora } from "../client.ts";
import { makeChange } from "../react/change.ts";
import { createPixoraQueryClient } from "../react/provider.ts";
import { holdSharing } from "../react/sharing.ts";
import { fold } from "../react/store.ts";
import { followPerson, worldOf } from "../react/world.ts";
import { localStorageSession, type Tokens } from "../session.store.ts";

export interface PageStage {
  /** Comments; how it ends is the outbox's affair. */
  comment(postId: string, text: string): void;
  /** How many changes wait, as this tab sees it. */
  waiting(): number;
  /** Comments of a post that this tab shows, whether the server has them or not. */
  commentCount(postId: string): unknown;
  unread(): unknown;
  status(): string;
}

declare global {
  interface Window {
    openStage(tokens: Tokens | null, timing: { beatMs: number; silentMs: number }): Promise<void>;
    stage: PageStage;
  }
}

window.openStage = async (tokens, timing) => {
  const session = localStorageSession();
  if (tokens) await session.save(tokens);
  const client = createPixora({ url: location.origin, session });
  const world = worldOf({ client, queryClient: createPixoraQueryClient() });
  await followPerson(world);
  holdSharing(world, { isLive: true, timing });
  const { store } = world.present.get();
  window.stage = {
    comment(postId, text) {
      makeChange(world, { path: "comment.create", input: { postId, text } }).catch(() => {});
    },
    waiting: () => [...store.changes].filter(({ isKept }) => isKept).length,
    commentCount: (postId) =>
      store.additions.filter(({ path, edgeOf }) => path === "comment.list" && edgeOf({ postId }) !== null).length,
    unread: () => fold(store, "counts:own")?.unread,
    status: () => world.live.get(),
  };
};
