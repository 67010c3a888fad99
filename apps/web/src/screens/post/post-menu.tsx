// What else can be done with a post.
import { useNavigate } from "@tanstack/react-router";
import { Bell, BellOff, Flag, Link2, PenLine, Trash2, VolumeX } from "lucide-react";
import { type ReactNode, useState } from "react";
import { px, useAct } from "../../app/data.ts";
import type { Post } from "../../app/types.ts";
import { Confirm } from "../../parts/dialog.tsx";
import { Menu } from "../../parts/menu.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { words } from "../../words/en.ts";
import { ReportDialog } from "../report.tsx";
import { EditDialog } from "./edit-dialog.tsx";

const say = words.post;

/** What moderators did to a post is told to its author alone, who cannot edit it while it is removed. */
export function isOwn({ viewer }: Pick<Post, "viewer">): boolean {
  return viewer !== null && (viewer.canEdit || viewer.moderation !== null);
}

export function PostMenu({ post, icon, onGone }: { post: Post; icon: ReactNode; onGone?: () => void }) {
  const { id: postId, author, viewer } = post;
  const [open, setOpen] = useState<"edit" | "delete" | "report" | null>(null);
  const navigate = useNavigate();
  const remove = useAct(px.post.delete.mutationOptions()).act;
  const mute = useAct(px.mute.create.mutationOptions()).act;
  const setQuiet = useAct(px.notification.setQuiet.mutationOptions()).act;
  const close = () => setOpen(null);
  const isMine = isOwn(post);
  const isQuiet = viewer?.isQuiet === true;

  async function erase(): Promise<void> {
    close();
    if ((await remove({ postId })) === undefined) return;
    showToast(say.deleted);
    if (onGone) onGone();
    else if (location.pathname.startsWith("/posts/")) await navigate({ to: "/" });
  }

  return (
    <>
      <Menu
        label={say.menu}
        icon={icon}
        items={[
          viewer?.canEdit && {
            label: say.edit,
            icon: <PenLine size={18} aria-hidden />,
            onPick: () => setOpen("edit"),
          },
          {
            label: say.copy,
            icon: <Link2 size={18} aria-hidden />,
            onPick: () =>
              void navigator.clipboard.writeText(`${location.origin}/posts/${postId}`).then(
                () => showToast(say.copied),
                () => showToast(words.failure.unknown),
              ),
          },
          viewer !== null && {
            label: isQuiet ? say.unquiet : say.quiet,
            icon: isQuiet ? <Bell size={18} aria-hidden /> : <BellOff size={18} aria-hidden />,
            onPick: () => void setQuiet({ postId, isQuiet: !isQuiet }),
          },
          !isMine && {
            label: say.mute(author.handle),
            icon: <VolumeX size={18} aria-hidden />,
            onPick: () => void mute({ userId: author.id }).then((done) => done && showToast(say.muted(author.handle))),
          },
          !isMine && {
            label: say.report,
            icon: <Flag size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("report"),
          },
          isMine && {
            label: say.delete,
            icon: <Trash2 size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("delete"),
          },
        ]}
      />
      {open === "edit" && <EditDialog post={post} onClose={close} />}
      {open === "report" && <ReportDialog target={{ postId }} onClose={close} />}
      {open === "delete" && (
        <Confirm
          title={say.deleteTitle}
          text={say.deleteText}
          yes={say.delete}
          onYes={() => void erase()}
          onClose={close}
        />
      )}
    </>
  );
}
