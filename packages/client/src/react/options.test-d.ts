// Type tests: factories and hooks know each procedure's input, answer and errors. Right when it compiles; nothing runs.
import { QueryClient, useInfiniteQuery, useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { expectTypeOf } from "vitest";
import type { RouterOutputs } from "../index.ts";
import {
  type PixoraOptionFactories,
  type Seen,
  useHomeFeed,
  useLike,
  usePixoraInfinite,
  usePixoraMutation,
  usePixoraQuery,
  useStream,
} from "./index.ts";

declare const options: PixoraOptionFactories;
type Post = RouterOutputs["post"]["byId"];

/** Hooks are called in components. */
export function Page({ shown }: { shown: Seen<Post> }): void {
  // TanStack's own hooks take the factories.
  expectTypeOf(useQuery(options.post.byId.queryOptions({ postId: "1" })).data).toEqualTypeOf<Post | undefined>();
  expectTypeOf(useSuspenseQuery(options.post.byId.queryOptions({ postId: "1" })).data).toEqualTypeOf<Post>();
  expectTypeOf(useInfiniteQuery(options.feed.home.infiniteOptions()).data?.pages[0]?.items[0]).toEqualTypeOf<
    Post | undefined
  >();
  const client = new QueryClient();
  expectTypeOf(client.ensureQueryData(options.user.me.queryOptions())).resolves.toEqualTypeOf<
    RouterOutputs["user"]["me"]
  >();
  void client.prefetchInfiniteQuery(options.comment.list.infiniteOptions({ postId: "1", sort: "oldest" }));
  expectTypeOf(client.getQueryData(options.post.byId.queryKey({ postId: "1" }))).toEqualTypeOf<Post | undefined>();
  expectTypeOf(useMutation(options.like.create.mutationOptions()).mutate)
    .parameter(0)
    .toEqualTypeOf<{ postId: string; commentId?: undefined } | { commentId: string; postId?: undefined }>();

  // Inputs.
  // @ts-expect-error of which post?
  options.post.byId.queryOptions();
  // @ts-expect-error ids are strings
  options.post.byId.queryOptions({ postId: 1 });
  // @ts-expect-error the cursor is the list's own affair
  options.feed.home.infiniteOptions({ cursor: "x" });
  // @ts-expect-error one post comes in no pages
  options.post.byId.infiniteOptions({ postId: "1" });
  // @ts-expect-error a change is no query
  options.like.create.queryOptions({ postId: "1" });
  // @ts-expect-error there is no such procedure
  options.post.byName.queryOptions({});

  // Hooks of ours.
  const post = usePixoraQuery(options.post.byId.queryOptions({ postId: "1" }));
  expectTypeOf(post.data?.caption).toEqualTypeOf<string | undefined>();
  expectTypeOf(post.data?.state).toEqualTypeOf<"saved" | "sending" | "refused" | undefined>();
  expectTypeOf(post.error?.data?.appCode).toExtend<string | undefined>();
  const comments = usePixoraInfinite(options.comment.list.infiniteOptions({ postId: "1" }));
  expectTypeOf(comments.items[0]?.text).toEqualTypeOf<string | null | undefined>();
  expectTypeOf(useHomeFeed().items[0]?.key).toEqualTypeOf<string | undefined>();
  const update = usePixoraMutation(options.user.update.mutationOptions(), { onSuccess: (me) => me.email });
  update.mutate({ displayName: "A name" });
  // @ts-expect-error handles do not change
  update.mutate({ handle: "another" });

  expectTypeOf(useLike(shown).isLiked).toEqualTypeOf<boolean>();
  // @ts-expect-error people are followed, not liked
  useLike(shown.author);

  useStream(options.live.onPost.streamOptions({ postId: "1" }), {
    onData(event) {
      if (event.type === "post.counts") expectTypeOf(event.likeCount).toEqualTypeOf<number>();
    },
  });
  useStream(options.live.onEvent.streamOptions(), { onData: ({ id, data }) => [id, data.type] });
}
