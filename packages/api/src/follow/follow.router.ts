// The wire of the room `follow`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { userCardPageView, userView } from "../user/user.schema.ts";
import { listFollowers, listFollowing, listRequests } from "./follow.list.ts";
import { followInput, listFollowsInput, listRequestsInput } from "./follow.schema.ts";
import { acceptRequest, createFollow, deleteFollow, rejectRequest, removeFollower } from "./follow.service.ts";

export const followRouter = router({
  create: authedProcedure
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => createFollow(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  delete: authedProcedure
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => deleteFollow(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  acceptRequest: authedProcedure
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => acceptRequest(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  rejectRequest: authedProcedure
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => rejectRequest(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  removeFollower: authedProcedure
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => removeFollower(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  followers: authedProcedure
    .input(listFollowsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listFollowers(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  following: authedProcedure
    .input(listFollowsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listFollowing(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  requests: authedProcedure
    .input(listRequestsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listRequests(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
});
