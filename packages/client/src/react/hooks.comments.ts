// Hooks for comments.
import { type PixoraInfiniteResult, usePixoraInfinite } from "./hooks.list.ts";
import { type PixoraMutationResult, usePixoraMutation } from "./hooks.ts";
import type { InputOf, OutputOf } from "./paths.ts";
import { useInside } from "./provider.ts";

/** The top comments of a post. One's own new one stands at its edge at once. */
export function useComments(
  postId: string | undefined,
  input: { sort?: "newest" | "oldest" | "top"; limit?: number } = {},
): PixoraInfiniteResult<OutputOf<"comment.list">> {
  const { options } = useInside();
  return usePixoraInfinite(options.comment.list.infiniteOptions({ postId: postId ?? "", ...input }), {
    enabled: postId !== undefined,
  });
}

/** The replies under a top comment, oldest first. */
export function useReplies(
  commentId: string | undefined,
  { enabled = true, ...input }: { limit?: number; enabled?: boolean } = {},
): PixoraInfiniteResult<OutputOf<"comment.replies">> {
  const { options } = useInside();
  return usePixoraInfinite(options.comment.replies.infiniteOptions({ commentId: commentId ?? "", ...input }), {
    enabled: enabled && commentId !== undefined,
  });
}

/** Comments. A refused comment stays with the state "refused" and its text: `useOutbox` tries again or gives up. */
export function useCreateComment(): PixoraMutationResult<InputOf<"comment.create">, OutputOf<"comment.create">> {
  return usePixoraMutation(useInside().options.comment.create.mutationOptions());
}

export function useEditComment(): PixoraMutationResult<InputOf<"comment.update">, OutputOf<"comment.update">> {
  return usePixoraMutation(useInside().options.comment.update.mutationOptions());
}

/** Deletes. A comment with replies keeps its place, empty. */
export function useDeleteComment(): PixoraMutationResult<InputOf<"comment.delete">, OutputOf<"comment.delete">> {
  return usePixoraMutation(useInside().options.comment.delete.mutationOptions());
}
