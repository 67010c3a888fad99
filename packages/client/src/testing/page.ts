// The script of a page in a real browser: a client of somebody, driven by the test through `window.stage`.
import { InfiniteQueryObserver } from "@tanstack/react-query";
import { createPixora } from "../client.ts";
import { makeChange } from "../react/change.ts";
import { answerOf } from "../react/database.ts";
import { holdPersisted } from "../react/persist.ts";
import { createOptions, createPixoraQueryClient } from "../react/provider.ts";
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
  /** Shows home, and what of it is seen. */
  openHome(): void;
  home(): (string | undefined)[];
  signOut(): Promise<unknown>;
}

declare global {
  interface Window {
    openStage(tokens: Tokens | null, timing: { beatMs: number; silentMs: number }): Promise<void>;
    stage: PageStage;
    /** Everything that is kept for later starts, as text. */
    readKept(): Promise<string>;
  }
}

window.openStage = async (tokens, timing) => {
  const session = localStorageSession();
  if (tokens) await session.save(tokens);
  const client = createPixora({ url: location.origin, session });
  const queryClient = createPixoraQueryClient();
  const world = worldOf({ client, queryClient });
  const home = createOptions({ client, queryClient }).feed.home.infiniteOptions();
  await followPerson(world);
  holdSharing(world, { isLive: true, timing });
  const { store, person } = world.present.get();
  if (person.userId !== null) holdPersisted(world, person.userId);
  window.stage = {
    comment(postId, text) {
      makeChange(world, { path: "comment.create", input: { postId, text } }).catch(() => {});
    },
    waiting: () => [...store.changes].filter(({ isKept }) => isKept).length,
    commentCount: (postId) =>
      store.additions.filter(({ path, edgeOf }) => path === "comment.list" && edgeOf({ postId }) !== null).length,
    unread: () => fold(store, "counts:own")?.unread,
    status: () => world.live.get(),
    openHome: () => new InfiniteQueryObserver(queryClient, home).subscribe(() => {}),
    home: () =>
      (queryClient.getQueryData(home.queryKey)?.pages ?? []).flatMap(({ items }) => items.map((post) => post.caption)),
    signOut: () => client.auth.signOut.mutate(),
  };
};

window.readKept = async () => {
  const texts: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith("pixora-cache:")) continue;
    const database = await answerOf(indexedDB.open(name));
    const [storeName = ""] = database.objectStoreNames;
    const rows = database.transaction(storeName).objectStore(storeName).getAll();
    texts.push(JSON.stringify(await answerOf(rows)));
    database.close();
  }
  return texts.join();
};
