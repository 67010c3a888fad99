// A post at its own address.

import { isPixoraError } from "@pixora/client";
import { usePost } from "@pixora/client/react";
import { useParams } from "@tanstack/react-router";
import { ImageOff } from "lucide-react";
import { failureOf } from "../../app/failure.ts";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { PostView, PostWaiting } from "./post-view.tsx";

export function PostScreen() {
  const { postId = "" } = useParams({ strict: false });
  const { data: post, error, refetch } = usePost(postId, { live: true });
  const isGone = isPixoraError(error) && error.data.appCode !== "limit.exceeded";
  const title = post === undefined ? words.post.title : words.post.titleOf(post.author.displayName);
  return (
    <Page title={title} isQuiet width="full">
      <div style={{ maxWidth: 1120, marginInline: "auto" }}>
        {post && <PostView post={post} />}
        {!post && isGone && <Empty icon={<ImageOff size={28} />} title={words.post.gone} text={words.post.goneText} />}
        {!post && error && !isGone && <ErrorNote failure={failureOf(error)} onRetry={() => void refetch()} />}
        {!post && !error && <PostWaiting />}
      </div>
    </Page>
  );
}
