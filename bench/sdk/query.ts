// TanStack Query alone, by its documented recipe for optimistic updates: cancel, snapshot, patch every list, restore.
import { QueryClient, QueryClientProvider, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { createElement, memo, type ReactElement, useEffect } from "react";
import { type FakePost, type ListName, loadPage, setLike } from "./fake.ts";
import { openPage } from "./page.ts";
import { drawCard, drawList } from "./side.ts";

const pageSize = 100;
const client = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });

interface Pages {
  pages: { items: FakePost[]; nextCursor: string | null }[];
  pageParams: unknown[];
}

function optionsOf(name: ListName) {
  return {
    queryKey: ["list", name],
    queryFn: ({ pageParam }: { pageParam: string | null }) => loadPage({ after: pageParam, limit: pageSize }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
  };
}

function patchPost(data: Pages | undefined, id: string, patch: (post: FakePost) => FakePost): Pages | undefined {
  return (
    data && {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: page.items.map((post) => (post.id === id ? patch(post) : post)),
      })),
    }
  );
}

function useLike() {
  const queryClient = useQueryClient();
  const filter = { queryKey: ["list"] };
  return useMutation({
    mutationFn: ({ post }: { post: FakePost }) => setLike(post.id, !post.isLiked),
    async onMutate({ post }) {
      await queryClient.cancelQueries(filter);
      const snapshot = queryClient.getQueriesData<Pages>(filter);
      queryClient.setQueriesData<Pages>(filter, (data) =>
        patchPost(data, post.id, (old) => ({
          ...old,
          isLiked: !old.isLiked,
          likeCount: old.likeCount + (old.isLiked ? -1 : 1),
        })),
      );
      return { snapshot };
    },
    onError(_error, _input, context) {
      for (const [key, data] of context?.snapshot ?? []) queryClient.setQueryData(key, data);
    },
    onSuccess(answer) {
      queryClient.setQueriesData<Pages>(filter, (data) =>
        patchPost(data, answer.postId, (old) => (answer.rev > old.rev ? { ...old, ...answer } : old)),
      );
    },
  });
}

const Card = memo(function Card({ post }: { post: FakePost }): ReactElement {
  const like = useLike();
  return drawCard({ ...post, onToggle: () => like.mutate({ post }) });
});

function List({ name, cards }: { name: ListName; cards: number }): ReactElement {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(optionsOf(name));
  const posts = data?.pages.flatMap((page) => page.items) ?? [];
  const isShort = posts.length < cards && hasNextPage && !isFetchingNextPage;
  // The answer may come before the waiting was drawn.
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage, posts.length]);
  return drawList(posts.slice(0, cards).map((post) => createElement(Card, { key: post.id, post })));
}

openPage({
  App({ cards }) {
    return createElement(
      QueryClientProvider,
      { client },
      createElement(List, { name: "home", cards }),
      createElement(List, { name: "profile", cards }),
    );
  },
  async load(count) {
    for (const name of ["home", "profile"] as const) {
      await client.fetchInfiniteQuery({ ...optionsOf(name), pages: count / pageSize });
    }
    return client;
  },
});
