// What the viewer can do with a post.
import { useQueryClient } from "@tanstack/react-query";
import { px, useAct } from "../../app/data.ts";
import type { Post } from "../../app/types.ts";

export function usePostActs(post: Post) {
  const { id: postId } = post;
  const client = useQueryClient();
  const like = useAct(px.like.create.mutationOptions()).act;
  const unlike = useAct(px.like.delete.mutationOptions()).act;
  const save = useAct(px.bookmark.create.mutationOptions()).act;
  const unsave = useAct(px.bookmark.delete.mutationOptions()).act;
  return {
    like: (isOn: boolean) => void (isOn ? like : unlike)({ postId }),
    bookmark: (isOn: boolean) => void (isOn ? save : unsave)({ postId }),
    /** The addresses of a private account's pictures run out. */
    reload: () => void client.fetchQuery(px.post.byId.queryOptions({ postId })).catch(() => {}),
  };
}
