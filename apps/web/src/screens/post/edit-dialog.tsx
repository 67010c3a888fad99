// Changing what a post says, what its pictures are described as, and who sees it.
import { px, useAct } from "../../app/data.ts";
import type { Post } from "../../app/types.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { Picture } from "../../parts/picture.tsx";
import { words } from "../../words/en.ts";
import { VisibilityField } from "../compose/visibility-field.tsx";
import css from "./post.module.css";

export function EditDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  const { ask } = useAct(px.post.update.mutationOptions());
  return (
    <Dialog title={words.post.editTitle} onClose={onClose}>
      <div className={css.edit}>
        <Form
          label={words.post.editTitle}
          onSubmit={async (values) => {
            await ask({
              postId: post.id,
              caption: textOf(values, "caption"),
              visibility: values.get("visibility") === "followers" ? "followers" : "public",
              media: post.media.map(({ id }) => ({ mediaId: id, alt: textOf(values, `alt-${id}`) })),
            });
            onClose();
          }}
        >
          <TextField label={words.compose.caption} name="caption" defaultValue={post.caption} />
          {post.media.map((image) => (
            <div key={image.id} className={css.editAlt}>
              <Picture image={image} sizes="72px" ratio={1} alt="" />
              <TextField label={words.compose.alt} name={`alt-${image.id}`} defaultValue={image.alt} rows={2} />
            </div>
          ))}
          <VisibilityField initial={post.visibility} />
          <SubmitButton busy={words.saving}>{words.save}</SubmitButton>
        </Form>
      </div>
    </Dialog>
  );
}
