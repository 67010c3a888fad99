// A post over the page it was opened from.
import { usePost } from "@pixora/client/react";
import { ImageOff } from "lucide-react";
import { useCloseOver } from "../../app/places.tsx";
import { useTitle } from "../../app/title.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Empty } from "../../parts/empty.tsx";
import { words } from "../../words/en.ts";
import { PostView, PostWaiting } from "./post-view.tsx";

export function PostDialog({ postId }: { postId: string }) {
  const close = useCloseOver();
  const { data: post, error } = usePost(postId, { live: true });
  const title = post === undefined ? words.post.title : words.post.titleOf(post.author.displayName);
  useTitle(title);
  return (
    <Dialog title={title} size="wide" isBare onClose={() => close("post")}>
      {post && <PostView post={post} isDialog />}
      {!post && error && <Empty icon={<ImageOff size={28} />} title={words.post.gone} text={words.post.goneText} />}
      {!post && !error && <PostWaiting isDialog />}
    </Dialog>
  );
}
