// Hooks for posts: the feed, one post, and what one does with posts.
import type { RouterInputs } from "@pixora/api";
import { useEffect, useMemo } from "react";
import { type PixoraIdsResult, type PixoraInfiniteResult, usePixoraIds, usePixoraInfinite } from "./hooks.list.ts";
import { type Switch, useSwitch } from "./hooks.switch.ts";
import {
  type AskOptions,
  type PixoraMutationResult,
  type PixoraQueryResult,
  usePixoraMutation,
  usePixoraQuery,
  useReader,
} from "./hooks.ts";
import { type Comment, type Key, keyOf, type Post } from "./kinds.ts";
import { holdPost } from "./live.post.ts";
import type { InputOf, OutputOf } from "./paths.ts";
import { useIfSignedIn, useInside } from "./provider.ts";
import { createReader } from "./reader.ts";
import type { Fields } from "./records.ts";
import { fold, resolveKey } from "./store.ts";
import { viewOf } from "./views.ts";

/** The posts of home, newest first. */
export function useHomeFeed(input: { limit?: number } = {}): PixoraInfiniteResult<OutputOf<"feed.home">> {
  return usePixoraInfinite(useInside().options.feed.home.infiniteOptions(input), useIfSignedIn());
}

/** The ids of home's posts, for cards that read their own by `usePost`: a like renders its card and no list. */
export function useHomeFeedIds(input: { limit?: number } = {}): PixoraIdsResult<OutputOf<"feed.home">> {
  return usePixoraIds(useInside().options.feed.home.infiniteOptions(input), useIfSignedIn());
}

/** The posts of one person, newest first. */
export function useUserPosts(
  userId: string | undefined,
  input: { limit?: number } = {},
): PixoraInfiniteResult<OutputOf<"post.byUser">> {
  const { options } = useInside();
  return usePixoraInfinite(options.post.byUser.infiniteOptions({ userId: userId ?? "", ...input }), {
    enabled: userId !== undefined,
  });
}

/** The posts that one has bookmarked, the latest bookmark first. */
export function useBookmarks(input: { limit?: number } = {}): PixoraInfiniteResult<OutputOf<"bookmark.list">> {
  return usePixoraInfinite(useInside().options.bookmark.list.infiniteOptions(input), useIfSignedIn());
}

/**
 * One post. What the store has of it is there at once, and only what it lacks is asked for: a card of a feed asks nothing.
 * `live: true` is for a post that is open: it is asked for anew, and its counts and comments are followed while the
 * component is there.
 */
export function usePost(
  postId: string | undefined,
  { live = false, ...extra }: AskOptions & { live?: boolean } = {},
): PixoraQueryResult<OutputOf<"post.byId">> {
  const { world, options, present } = useInside();
  const id = postId ?? "";
  const reader = useMemo(
    () => createReader(present.store, (track) => viewOf(present.store, { kind: "post", id, track })),
    [present.store, id],
  );
  const known = useReader(reader);
  const isAsked =
    id !== "" && known?.state !== "sending" && known?.state !== "refused" && (live || known === undefined);
  const result = usePixoraQuery(options.post.byId.queryOptions({ postId: id }), { enabled: isAsked, ...extra });
  useEffect(() => {
    if (live && id !== "" && present.person.status !== "loading") return holdPost(world, id);
    return undefined;
  }, [world, present, live, id]);
  if (known === undefined) return result;
  return { ...result, data: known, isPending: false, isLoading: false } as typeof result;
}

/** Some fields of an object as they are to be seen now. */
export function useFields<Read>(key: Key, read: (fields: Fields | undefined) => Read): Read {
  const { present } = useInside();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` does the same each time
  const reader = useMemo(() => {
    const { store } = present;
    return createReader<{ value: Read; text: string }>(store, (track, before) => {
      track(key);
      const resolved = resolveKey(store, key);
      track(resolved);
      const value = read(fold(store, resolved));
      const text = JSON.stringify(value);
      return before?.text === text ? before : { value, text };
    });
  }, [present.store, key]);
  return useReader(reader).value;
}

/** The like of a post or a comment, with its count. Several of one thing agree. */
export function useLike(subject: Post | Comment): Switch & { isLiked: boolean; likeCount: number } {
  const isComment = "postId" in subject;
  const { isLiked = subject.viewer?.isLiked ?? false, likeCount = subject.likeCount } = useFields(
    keyOf(isComment ? "comment" : "post", subject.id),
    (fields) => ({
      isLiked: fields?.["viewer.isLiked"] as boolean | undefined,
      likeCount: fields?.likeCount as number | undefined,
    }),
  );
  const input: Fields = isComment ? { commentId: subject.id } : { postId: subject.id };
  return useSwitch({ on: "like.create", off: "like.delete", input, isOn: isLiked, shown: { isLiked, likeCount } });
}

/** The bookmark of a post. */
export function useBookmark(post: Post): Switch & { isBookmarked: boolean } {
  const isBookmarked = useFields(
    keyOf("post", post.id),
    (fields) => (fields?.["viewer.isBookmarked"] as boolean | undefined) ?? post.viewer?.isBookmarked ?? false,
  );
  const input = { postId: post.id };
  const shown = { isBookmarked };
  return useSwitch({ on: "bookmark.create", off: "bookmark.delete", input, isOn: isBookmarked, shown });
}

type Inputs = RouterInputs;

/** Posts. The post stands at the top of home at once, with the state "sending". */
export function useCreatePost(): PixoraMutationResult<Inputs["post"]["create"], OutputOf<"post.create">> {
  return usePixoraMutation(useInside().options.post.create.mutationOptions());
}

export function useEditPost(): PixoraMutationResult<InputOf<"post.update">, OutputOf<"post.update">> {
  return usePixoraMutation(useInside().options.post.update.mutationOptions());
}

/** Deletes. The post leaves every list at once, and is back in its place where that is refused. */
export function useDeletePost(): PixoraMutationResult<InputOf<"post.delete">, OutputOf<"post.delete">> {
  return usePixoraMutation(useInside().options.post.delete.mutationOptions());
}
