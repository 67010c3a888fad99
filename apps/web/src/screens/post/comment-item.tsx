// A comment: who, what, when; liked, answered, changed, deleted.
import { Link } from "@tanstack/react-router";
import { Ellipsis, Flag, PenLine, Trash2 } from "lucide-react";
import { useState } from "react";
import { px, useAct } from "../../app/data.ts";
import { OverLink } from "../../app/places.tsx";
import type { Comment, Post } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { Menu } from "../../parts/menu.tsx";
import { Refused } from "../../parts/refused.tsx";
import { RichText } from "../../parts/rich-text.tsx";
import { Time } from "../../parts/time.tsx";
import { words } from "../../words/en.ts";
import { ReportDialog } from "../report.tsx";
import { LikeButton } from "./like-button.tsx";
import { Moderated } from "./moderated.tsx";
import css from "./thread.module.css";

const say = words.comment;

interface CommentItemProps {
  comment: Comment;
  post: Post;
  onReply: (comment: Comment) => void;
}

export function CommentItem({ comment, post, onReply }: CommentItemProps) {
  const like = useAct(px.like.create.mutationOptions()).act;
  const unlike = useAct(px.like.delete.mutationOptions()).act;
  const { author, viewer, id: commentId } = comment;
  if (author === null || comment.text === null) return <p className={css.gone}>{say.deleted}</p>;
  const isLiked = viewer?.isLiked === true;
  return (
    <div className={css.comment} id={`comment-${commentId}`} data-state={comment.state}>
      <Link to="/users/$handle" params={{ handle: author.handle }} tabIndex={-1} aria-hidden>
        <Avatar user={author} size="s" />
      </Link>
      <div className={css.body}>
        <p>
          <Link to="/users/$handle" params={{ handle: author.handle }} className={css.name} dir="auto">
            {author.displayName}
          </Link>{" "}
          <RichText text={comment.text} mentions={comment.mentions} />
        </p>
        <div className={css.meta}>
          <Time at={comment.createdAt} />
          {comment.editedAt && <span>{words.post.edited}</span>}
          {comment.likeCount > 0 && (
            <OverLink over={{ people: `commentLikers:${commentId}` }}>{words.post.likes(comment.likeCount)}</OverLink>
          )}
          {post.viewer?.canComment && (
            <button type="button" onClick={() => onReply(comment)}>
              {say.reply}
            </button>
          )}
          {viewer && <CommentMenu comment={comment} />}
        </div>
        <Moderated mark={viewer?.moderation} />
        <Refused of={comment} />
      </div>
      {viewer && (
        <LikeButton
          size={16}
          count={0}
          isLiked={isLiked}
          onPress={() => void (isLiked ? unlike : like)({ commentId })}
        />
      )}
    </div>
  );
}

function CommentMenu({ comment }: { comment: Comment }) {
  const { id: commentId, viewer } = comment;
  const [open, setOpen] = useState<"edit" | "delete" | "report" | null>(null);
  const remove = useAct(px.comment.delete.mutationOptions()).act;
  const { ask: update } = useAct(px.comment.update.mutationOptions());
  const close = () => setOpen(null);
  return (
    <>
      <Menu
        label={say.menu}
        icon={<Ellipsis size={16} aria-hidden />}
        items={[
          viewer?.canEdit && {
            label: say.edit,
            icon: <PenLine size={18} aria-hidden />,
            onPick: () => setOpen("edit"),
          },
          !viewer?.canEdit && {
            label: words.post.report,
            icon: <Flag size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("report"),
          },
          viewer?.canDelete && {
            label: say.delete,
            icon: <Trash2 size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("delete"),
          },
        ]}
      />
      {open === "report" && <ReportDialog target={{ commentId }} onClose={close} />}
      {open === "delete" && (
        <Confirm
          title={say.deleteTitle}
          text={say.deleteText}
          yes={say.delete}
          onClose={close}
          onYes={() => {
            close();
            void remove({ commentId });
          }}
        />
      )}
      {open === "edit" && (
        <Dialog title={say.edit} size="small" onClose={close}>
          <div style={{ padding: 24 }}>
            <Form
              label={say.edit}
              onSubmit={async (values) => {
                await update({ commentId, text: textOf(values, "text") });
                close();
              }}
            >
              <TextField label={words.post.comment} name="text" defaultValue={comment.text ?? ""} />
              <SubmitButton busy={words.saving}>{words.save}</SubmitButton>
            </Form>
          </div>
        </Dialog>
      )}
    </>
  );
}
