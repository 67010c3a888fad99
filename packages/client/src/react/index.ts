// The door of the SDK for React.

export { useComments, useCreateComment, useDeleteComment, useEditComment, useReplies } from "./hooks.comments.ts";
export {
  type PixoraIdsResult,
  type PixoraInfiniteResult,
  usePixoraIds,
  usePixoraInfinite,
} from "./hooks.list.ts";
export {
  type Outbox,
  type Refused,
  useCounts,
  useLive,
  useNotifications,
  useNow,
  useOutbox,
} from "./hooks.live.ts";
export {
  type SessionState,
  useBlock,
  useFollow,
  useFollowRequest,
  useMe,
  useMute,
  useSession,
  useUser,
} from "./hooks.people.ts";
export {
  useBookmark,
  useBookmarks,
  useCreatePost,
  useDeletePost,
  useEditPost,
  useHomeFeed,
  useHomeFeedIds,
  useLike,
  usePost,
  useUserPosts,
} from "./hooks.posts.ts";
export type { Switch } from "./hooks.switch.ts";
export {
  type AskOptions,
  type PixoraMutationResult,
  type PixoraQueryResult,
  usePixoraMutation,
  usePixoraQuery,
  useStream,
} from "./hooks.ts";
export type { Marks, Seen } from "./kinds.ts";
export type { ItemRef } from "./lists.ts";
export type { PixoraKey, PixoraOptionFactories } from "./options.ts";
export type { CallError, InputOf, ItemOf, ListPath, MutationPath, OutputOf, QueryPath } from "./paths.ts";
export {
  createOptions,
  createPixoraQueryClient,
  PixoraProvider,
  type PixoraProviderProps,
  usePixora,
} from "./provider.ts";
