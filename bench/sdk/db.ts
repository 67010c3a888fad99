// TanStack DB: posts and places as collections with a sync of our own, lists as live joins, likes as optimistic updates.
import { createCollection, eq, useLiveQuery } from "@tanstack/react-db";
import { createElement, memo, type ReactElement } from "react";
import { type FakePost, type ListName, loadPage, postCount, setLike } from "./fake.ts";
import { openPage } from "./page.ts";
import { drawCard, drawList } from "./side.ts";

const pageSize = 100;

interface Place {
  id: string;
  list: ListName;
  position: number;
  postId: string;
}

/** A collection whose rows this page writes as the server would. */
function syncedCollection<Row extends { id: string }>(id: string, persist?: (row: Row) => Promise<Row>) {
  let putRows: (rows: readonly Row[]) => void = () => {};
  const known = new Set<string>();
  const collection = createCollection<Row, string>({
    id,
    getKey: (row) => row.id,
    sync: {
      sync({ begin, write, commit, markReady }) {
        putRows = (rows) => {
          begin();
          for (const value of rows) {
            write({ type: known.has(value.id) ? "update" : "insert", value });
            known.add(value.id);
          }
          commit();
        };
        markReady();
      },
    },
    async onUpdate({ transaction }) {
      if (persist === undefined) return;
      const rows = await Promise.all(transaction.mutations.map((mutation) => persist(mutation.modified)));
      putRows(rows);
    },
  });
  return { collection, put: (rows: readonly Row[]) => putRows(rows) };
}

const posts = syncedCollection<FakePost>("posts", async (post) => ({
  ...post,
  ...(await setLike(post.id, post.isLiked)),
}));
const places = syncedCollection<Place>("places");

async function loadLists(count: number): Promise<void> {
  posts.collection.startSyncImmediate();
  places.collection.startSyncImmediate();
  for (const list of ["home", "profile"] as const) {
    let after: string | null = null;
    for (let position = 0; position < Math.min(count, postCount); position += pageSize) {
      const page: Awaited<ReturnType<typeof loadPage>> = await loadPage({ after, limit: pageSize });
      posts.put(page.items);
      places.put(
        page.items.map(({ id }, index) => ({ id: `${list}/${id}`, list, position: position + index, postId: id })),
      );
      after = page.nextCursor;
    }
  }
}

function toggleLike(id: string): void {
  posts.collection.update(id, (draft) => {
    draft.isLiked = !draft.isLiked;
    draft.likeCount += draft.isLiked ? 1 : -1;
  });
}

const Card = memo(function Card({ post }: { post: FakePost }): ReactElement {
  return drawCard({ ...post, onToggle: () => toggleLike(post.id) });
});

function List({ name, cards }: { name: ListName; cards: number }): ReactElement {
  const { data } = useLiveQuery(
    (query) =>
      query
        .from({ place: places.collection })
        .where(({ place }) => eq(place.list, name))
        .innerJoin({ post: posts.collection }, ({ place, post }) => eq(place.postId, post.id))
        .orderBy(({ place }) => place.position)
        .select(({ post }) => ({ post })),
    [name],
  );
  return drawList(
    data.slice(0, cards).map(({ post }) => createElement(Card, { key: post.id, post: post as FakePost })),
  );
}

const isLoaded = { of: 0 };

openPage({
  App({ cards }) {
    if (isLoaded.of < cards) {
      isLoaded.of = cards;
      void loadLists(cards);
    }
    return createElement(
      "div",
      null,
      createElement(List, { name: "home", cards }),
      createElement(List, { name: "profile", cards }),
    );
  },
  async load(count) {
    await loadLists(count);
    return [posts, places];
  },
});
