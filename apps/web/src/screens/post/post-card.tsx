// A post in a feed.
import { memo, useState } from "react";
import { PostLink, useOpen } from "../../app/places.tsx";
import type { Post } from "../../app/types.ts";
import { Carousel } from "../../parts/carousel.tsx";
import { Refused } from "../../parts/refused.tsx";
import { RichText } from "../../parts/rich-text.tsx";
import { words } from "../../words/en.ts";
import { Moderated } from "./moderated.tsx";
import css from "./post.module.css";
import { PostActions } from "./post-actions.tsx";
import { PostHeader } from "./post-header.tsx";
import { usePostActs } from "./use-post-acts.ts";

const sizes = "(min-width: 720px) 608px, 100vw";
/** Longer captions are folded; what fits is not. */
const foldFrom = 180;

interface PostCardProps {
  post: Post;
  /** One of the first on the page: its picture comes before those of others. */
  isFirst: boolean;
  at: number;
  count: number;
}

export const PostCard = memo(function PostCard({ post, isFirst, at, count }: PostCardProps) {
  const { like, reload } = usePostActs(post);
  const { openPost } = useOpen();
  const hasPictures = post.media.length > 0;
  return (
    <article
      className={css.card}
      data-post-id={post.id}
      data-state={post.state}
      tabIndex={-1}
      aria-posinset={at + 1}
      aria-setsize={count}
      aria-label={words.post.titleOf(post.author.displayName)}
    >
      <Refused of={post} />
      <PostHeader post={post} hasFollow />
      <Moderated mark={post.viewer?.moderation} />
      {hasPictures ? (
        <div className={css.media}>
          <Carousel
            images={post.media}
            sizes={sizes}
            isFirst={isFirst}
            onDoubleTap={post.viewer === null || post.viewer.isLiked ? () => {} : () => like(true)}
            onExpired={reload}
          />
        </div>
      ) : (
        <div className={css.said}>
          <RichText text={post.caption} mentions={post.mentions} hashtags={post.hashtags} />
        </div>
      )}
      <div className={css.below}>
        <PostActions post={post} onComment={() => openPost(post.id)} />
        {hasPictures && post.caption !== "" && <Caption post={post} />}
        {post.commentCount > 0 && (
          <PostLink postId={post.id} className={css.linkish}>
            {words.post.allComments(post.commentCount)}
          </PostLink>
        )}
      </div>
    </article>
  );
});

function Caption({ post }: { post: Post }) {
  const isLong = post.caption.length > foldFrom || post.caption.split("\n").length > 3;
  const [isFolded, setFolded] = useState(isLong);
  return (
    <div className={css.caption}>
      <p className={isFolded ? css.clamped : undefined}>
        <RichText text={post.caption} mentions={post.mentions} hashtags={post.hashtags} />
      </p>
      {isFolded && (
        <button type="button" className={css.linkish} onClick={() => setFolded(false)}>
          {words.post.more}
        </button>
      )}
    </div>
  );
}
