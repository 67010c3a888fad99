// What one does with a post: like, comment, save.
import { Bookmark, MessageCircle } from "lucide-react";
import type { Post } from "../../app/types.ts";
import { words } from "../../words/en.ts";
import { shortCount } from "../../words/plural.ts";
import css from "./actions.module.css";
import { LikeButton } from "./like-button.tsx";
import { usePostActs } from "./use-post-acts.ts";

export function PostActions({ post, onComment }: { post: Post; onComment: () => void }) {
  const { like, bookmark } = usePostActs(post);
  const { viewer } = post;
  const isBookmarked = viewer?.isBookmarked === true;
  return (
    <div className={css.actions}>
      <LikeButton
        isLiked={viewer?.isLiked === true}
        count={post.likeCount}
        isDisabled={viewer === null}
        onPress={() => like(viewer?.isLiked !== true)}
      />
      <button
        type="button"
        className={css.action}
        data-act="comment"
        aria-label={`${words.post.comment}, ${words.post.comments(post.commentCount)}`}
        onClick={onComment}
      >
        <MessageCircle size={24} aria-hidden />
        {post.commentCount > 0 && <span>{shortCount(post.commentCount)}</span>}
      </button>
      {viewer && (
        <button
          type="button"
          className={css.action}
          data-act="bookmark"
          data-on={isBookmarked}
          data-end
          aria-pressed={isBookmarked}
          aria-label={words.post.bookmark}
          title={isBookmarked ? words.post.unbookmark : words.post.bookmark}
          onClick={() => bookmark(!isBookmarked)}
        >
          <Bookmark size={24} aria-hidden />
        </button>
      )}
    </div>
  );
}
