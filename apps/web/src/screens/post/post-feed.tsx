// Posts below each other.
import type { List } from "../../app/data.ts";
import type { Post } from "../../app/types.ts";
import { More } from "../../parts/more.tsx";
import css from "./feed.module.css";
import { PostCard } from "./post-card.tsx";

/** Pictures of the first are asked for before those of others. */
const firstPosts = 2;

export function PostFeed({ list }: { list: List<Post> }) {
  const { items, hasMore } = list;
  if (items.length === 0) return null;
  return (
    <>
      <div role="feed" aria-busy={list.isLoadingMore} className={css.feed}>
        {items.map((post, at) => (
          <div key={post.key} className={css.item} role="presentation">
            <PostCard post={post} isFirst={at < firstPosts} at={at} count={hasMore ? -1 : items.length} />
          </div>
        ))}
      </div>
      <More {...list} />
    </>
  );
}
