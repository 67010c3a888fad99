// Pixora's own SDK: ids in the lists, a hook in each card.
import { createPixora } from "@pixora/client";
import {
  createOptions,
  createPixoraQueryClient,
  PixoraProvider,
  useLike,
  usePixoraIds,
  usePost,
} from "@pixora/client/react";
import { createElement, memo, type ReactElement, useEffect } from "react";
import { loadPage, setLike, viewOf } from "./fake.ts";
import { openPage } from "./page.ts";
import { drawCard, drawList } from "./side.ts";

const pageSize = 100;

/** Answers tRPC's batches from the fake server. */
async function answer(request: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(String(request));
  const paths = url.pathname.split("/trpc/")[1]?.split(",") ?? [];
  const inputs = JSON.parse(url.searchParams.get("input") ?? String(init?.body ?? "{}"));
  const results = await Promise.all(
    paths.map(async (path, index) => ({ result: { data: await call(path, inputs[index] ?? {}) } })),
  );
  return new Response(JSON.stringify(results), { headers: { "content-type": "application/json" } });
}

async function call(path: string, input: { cursor?: string; limit?: number; postId?: string }): Promise<unknown> {
  if (path === "like.create" || path === "like.delete") return setLike(input.postId ?? "", path === "like.create");
  const page = await loadPage({ after: input.cursor ?? null, limit: input.limit ?? pageSize });
  return { ...page, items: page.items.map(viewOf) };
}

const client = createPixora({ url: "http://fake.test", fetch: answer });
const queryClient = createPixoraQueryClient();
const options = createOptions({ client, queryClient });
const home = options.feed.home.infiniteOptions({ limit: pageSize });
const profile = options.post.byUser.infiniteOptions({ userId: "7", limit: pageSize });

const Card = memo(function Card({ id }: { id: string }): ReactElement | null {
  const { data: post } = usePost(id);
  return post === undefined ? null : createElement(Shown, { post });
});

function Shown({ post }: { post: Parameters<typeof useLike>[0] & { caption: string } }): ReactElement {
  const { isLiked, likeCount, toggle } = useLike(post);
  return drawCard({ id: post.id, caption: post.caption, isLiked, likeCount, onToggle: () => toggle() });
}

function List({ list, cards }: { list: typeof home; cards: number }): ReactElement {
  const { ids, hasNextPage, isFetchingNextPage, fetchNextPage } = usePixoraIds(list);
  const isShort = ids.length < cards && hasNextPage && !isFetchingNextPage;
  // The answer may come before the waiting was drawn.
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage, ids.length]);
  return drawList(ids.slice(0, cards).map(({ id, key }) => createElement(Card, { key, id })));
}

openPage({
  App({ cards }) {
    return createElement(
      PixoraProvider,
      { client, queryClient, live: false },
      createElement(List, { list: home, cards }),
      createElement(List, { list: profile as unknown as typeof home, cards }),
    );
  },
  async load(count) {
    const pages = count / pageSize;
    await queryClient.fetchInfiniteQuery({ ...home, pages });
    await queryClient.fetchInfiniteQuery({ ...profile, pages });
    return queryClient;
  },
});
