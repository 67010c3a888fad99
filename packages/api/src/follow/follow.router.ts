// The wire of the room `follow`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { userCardPageView, userView } from "../user/user.schema.ts";
import { listFollowers, listFollowing, listRequests } from "./follow.list.ts";
import { followInput, listFollowsInput, listRequestsInput } from "./follow.schema.ts";
import { acceptRequest, createFollow, deleteFollow, rejectRequest, removeFollower } from "./follow.service.ts";

export const followRouter = router({
  create: authedProcedure
    .meta({ errors: ["user.notFound", "block.active"] })
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => createFollow(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  delete: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => deleteFollow(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  acceptRequest: authedProcedure
    .meta({ errors: ["user.notFound", "follow.notFound"] })
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => acceptRequest(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  rejectRequest: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => rejectRequest(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  removeFollower: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(followInput)
    .output(userView)
    .mutation(({ ctx, input }) => removeFollower(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  followers: authedProcedure
    .meta({ errors: ["user.notFound", "user.private", "block.active"] })
    .input(listFollowsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listFollowers(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  following: authedProcedure
    .meta({ errors: ["user.notFound", "user.private", "block.active"] })
    .input(listFollowsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listFollowing(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  requests: authedProcedure
    .input(listRequestsInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listRequests(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
});
