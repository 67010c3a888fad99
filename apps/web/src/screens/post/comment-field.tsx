// Where one writes a comment.
import { X } from "lucide-react";
import { type KeyboardEvent, type Ref, useState } from "react";
import { px, useAct } from "../../app/data.ts";
import type { Comment, Post } from "../../app/types.ts";
import { words } from "../../words/en.ts";
import css from "./thread.module.css";

interface CommentFieldProps {
  ref: Ref<HTMLTextAreaElement>;
  post: Post;
  replyTo: Comment | null;
  onDone: () => void;
}

const say = words.comment;

export function CommentField({ ref, post, replyTo, onDone }: CommentFieldProps) {
  const [text, setText] = useState("");
  const { ask: create } = useAct(px.comment.create.mutationOptions());
  if (post.viewer === null) return <p className={css.closed}>{say.signIn}</p>;
  if (!post.viewer.canComment) return <p className={css.closed}>{say.closed}</p>;
  const handle = replyTo?.author?.handle;

  async function send(): Promise<void> {
    const sent = text.trim();
    if (sent === "") return;
    setText("");
    onDone();
    const parentId = replyTo?.id;
    // It stands in the thread from now on; where it is refused, it stays there with the reason.
    await create({ postId: post.id, text: sent, ...(parentId === undefined ? {} : { parentId }) }).catch(() => {});
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
    }
    if (event.key === "Escape" && replyTo !== null) {
      event.preventDefault();
      event.stopPropagation();
      onDone();
    }
  }

  return (
    <form
      className={css.field}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {handle !== undefined && (
        <p className={css.replying}>
          {say.replyTo(handle)}
          <button type="button" aria-label={words.cancel} onClick={onDone}>
            <X size={14} aria-hidden />
          </button>
        </p>
      )}
      <textarea
        ref={ref}
        rows={1}
        dir="auto"
        value={text}
        placeholder={handle === undefined ? say.field : say.fieldTo(handle)}
        aria-label={handle === undefined ? say.field : say.fieldTo(handle)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className={css.send} disabled={text.trim() === ""}>
        {say.send}
      </button>
    </form>
  );
}
