// The comments of a post: top comments, and their replies folded below them.
import { MessageCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { px, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import type { Comment, Post } from "../../app/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import { CommentItem } from "./comment-item.tsx";
import css from "./thread.module.css";

type Sort = keyof typeof words.comment.sorts;

interface ThreadProps {
  post: Post;
  onReply: (comment: Comment) => void;
}

export function Thread({ post, onReply }: ThreadProps) {
  const [sort, setSort] = useState<Sort>("newest");
  const list = useList(px.comment.list.infiniteOptions({ postId: post.id, sort }));
  const { items, isPending, error, retry, newCount, showNew } = list;
  // A thread that is open is read: what has come meanwhile is put in its place at once.
  useEffect(() => {
    if (newCount > 0) showNew();
  }, [newCount, showNew]);
  return (
    <section className={css.thread} aria-label={words.post.comments(post.commentCount)}>
      {items.length > 1 && (
        <label className={css.sort}>
          <span className="hidden-text">{words.comment.sort}</span>
          <select value={sort} onChange={(event) => setSort(event.target.value as Sort)}>
            {(Object.keys(words.comment.sorts) as Sort[]).map((one) => (
              <option key={one} value={one}>
                {words.comment.sorts[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      {isPending && <WaitingRows count={3} />}
      {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {!isPending && error === null && items.length === 0 && (
        <Empty icon={<MessageCircle size={26} />} title={words.comment.none} text={words.comment.noneText} />
      )}
      <ol className={css.list}>
        {items.map((comment) => (
          <li key={comment.key}>
            <CommentItem comment={comment} post={post} onReply={onReply} />
            {comment.replyCount > 0 && <Replies comment={comment} post={post} onReply={onReply} />}
          </li>
        ))}
      </ol>
      {items.length > 0 && <More {...list} />}
    </section>
  );
}

/** Folded: asked for only once somebody wants them. */
function Replies({ comment, post, onReply }: ThreadProps & { comment: Comment }) {
  const [isOpen, setOpen] = useState(false);
  const options = px.comment.replies.infiniteOptions({ commentId: comment.id });
  const { items, hasMore, isLoadingMore, loadMore, error, retry } = useList(options, { isOn: isOpen });
  return (
    <div className={css.replies}>
      <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? words.comment.hideReplies : words.comment.replies(comment.replyCount)}
      </button>
      {isOpen && (
        <>
          {error !== null && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
          <ol className={css.list}>
            {items.map((reply) => (
              <li key={reply.key}>
                <CommentItem comment={reply} post={post} onReply={onReply} />
              </li>
            ))}
          </ol>
          {hasMore && (
            <button type="button" className={css.fold} disabled={isLoadingMore} onClick={loadMore}>
              {words.comment.moreReplies}
            </button>
          )}
        </>
      )}
    </div>
  );
}
