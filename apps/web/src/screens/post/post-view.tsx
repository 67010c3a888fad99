// A post by itself, over a page or as one: its pictures, its words, its thread.
import { useRef, useState } from "react";
import { OverLink } from "../../app/places.tsx";
import type { Comment, Post } from "../../app/types.ts";
import { Carousel } from "../../parts/carousel.tsx";
import { RichText } from "../../parts/rich-text.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import { CommentField } from "./comment-field.tsx";
import { Moderated } from "./moderated.tsx";
import css from "./post.module.css";
import { PostActions } from "./post-actions.tsx";
import { PostHeader } from "./post-header.tsx";
import { Thread } from "./thread.tsx";
import { usePostActs } from "./use-post-acts.ts";

export function PostView({ post, isDialog = false }: { post: Post; isDialog?: boolean }) {
  const { like, reload } = usePostActs(post);
  const field = useRef<HTMLTextAreaElement>(null);
  const [replyTo, setReplyTo] = useState<Comment | null>(null);
  const hasPictures = post.media.length > 0;
  return (
    <article
      className={`${css.view} ${isDialog ? css.inDialog : css.page}`}
      data-plain={!hasPictures}
      data-post-id={post.id}
      aria-label={words.post.titleOf(post.author.displayName)}
    >
      {hasPictures && (
        <div className={`${css.stage} ${css.media}`}>
          <Carousel
            images={post.media}
            sizes="(min-width: 860px) 720px, 100vw"
            isFirst
            isWhole
            onDoubleTap={post.viewer === null || post.viewer.isLiked ? () => {} : () => like(true)}
            onExpired={reload}
          />
        </div>
      )}
      <div className={`${css.side} ${isDialog ? css.dialogSide : ""}`}>
        <PostHeader post={post} hasFollow />
        <div className={css.thread}>
          <Moderated mark={post.viewer?.moderation} />
          {post.caption !== "" && (
            <p className={css.caption} style={hasPictures ? undefined : { fontSize: "var(--text-l)" }}>
              <RichText text={post.caption} mentions={post.mentions} hashtags={post.hashtags} />
            </p>
          )}
          <Thread
            post={post}
            onReply={(comment) => {
              setReplyTo(comment);
              field.current?.focus();
            }}
          />
        </div>
        <footer className={css.foot}>
          <PostActions post={post} onComment={() => field.current?.focus()} />
          {post.likeCount > 0 && (
            <p className={css.facts}>
              <OverLink over={{ people: `likers:${post.id}` }} className={css.linkish}>
                {words.post.likes(post.likeCount)}
              </OverLink>
            </p>
          )}
          <CommentField ref={field} post={post} replyTo={replyTo} onDone={() => setReplyTo(null)} />
        </footer>
      </div>
    </article>
  );
}

/** The same frame without a post in it, so that nothing moves when it comes. */
export function PostWaiting({ isDialog = false }: { isDialog?: boolean }) {
  return (
    <div className={`${css.view} ${isDialog ? css.inDialog : css.page}`}>
      <div className={css.stage} />
      <div className={css.side}>
        <Waiting className={css.header ?? ""}>
          <Bone isRound style={{ width: 40, height: 40 }} />
          <Bone style={{ width: 140, height: 14 }} />
        </Waiting>
      </div>
    </div>
  );
}
