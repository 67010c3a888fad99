// Posts as a grid of squares; each opens over the page.
import { Heart, Images, MessageCircle } from "lucide-react";
import type { ReactNode } from "react";
import type { List } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { PostLink } from "../../app/places.tsx";
import type { Post } from "../../app/types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { Picture } from "../../parts/picture.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import { shortCount } from "../../words/plural.ts";
import css from "./grid.module.css";

/** Those of the first rows are asked for at once. */
const firstTiles = 6;

export function PostGrid({ list, empty }: { list: List<Post>; empty: ReactNode }) {
  const { items, isPending, error, retry } = list;
  if (isPending) {
    return (
      <Waiting className={css.grid ?? ""}>
        {[1, 2, 3, 4, 5, 6].map((at) => (
          <Bone key={at} style={{ aspectRatio: 1, borderRadius: 4 }} />
        ))}
      </Waiting>
    );
  }
  if (items.length === 0) return error === null ? empty : <ErrorNote failure={failureOf(error)} onRetry={retry} />;
  return (
    <>
      <ul className={css.grid}>
        {items.map((post, at) => (
          <li key={post.key}>
            <Tile post={post} isFirst={at < firstTiles} />
          </li>
        ))}
      </ul>
      <More {...list} />
    </>
  );
}

function Tile({ post, isFirst }: { post: Post; isFirst: boolean }) {
  const [image] = post.media;
  const counts = `${words.post.likes(post.likeCount)}, ${words.post.comments(post.commentCount)}`;
  const what = image?.alt || post.caption || words.post.titleOf(post.author.displayName);
  return (
    <PostLink postId={post.id} className={css.tile} aria-label={`${what} (${counts})`}>
      {image ? (
        <Picture image={image} sizes="(min-width: 960px) 312px, 33vw" ratio={1} alt="" isFirst={isFirst} />
      ) : (
        <span className={css.words} dir="auto">
          {post.caption}
        </span>
      )}
      {post.media.length > 1 && <Images size={18} aria-hidden className={css.series} />}
      <span className={css.over} aria-hidden>
        <span>
          <Heart size={18} /> {shortCount(post.likeCount)}
        </span>
        <span>
          <MessageCircle size={18} /> {shortCount(post.commentCount)}
        </span>
      </span>
    </PostLink>
  );
}
