// A bare tRPC procedure on Pixora's own like batcher: what tRPC and Fastify cost by themselves. It reads the token, parses
// its input and its output, and does nothing else; the batcher's statement asks for the session.
import { z } from "zod";
import { postLikesOf } from "../../packages/api/src/like/like.batch.ts";
import { openDomain } from "./domain.ts";
import { type BareCaller, openBare } from "./start.ts";
import { fastifyTRPCPlugin, initTRPC } from "./trpc.ts";

const { app, readCaller, listen } = openBare();
const deps = openDomain();
const setLike = postLikesOf(deps);

const t = initTRPC.context<BareCaller>().create();

function likeProcedure(isSet: boolean) {
  return t.procedure
    .input(z.object({ postId: z.string() }))
    .output(z.object({ isLiked: z.boolean(), likeCount: z.int(), rev: z.int() }))
    .mutation(async ({ ctx, input }) => {
      const outcome = await setLike({
        actorId: ctx.userId,
        sessionId: ctx.sessionId,
        targetId: input.postId,
        isSet,
      });
      if (!outcome.isVisible || outcome.count === null || outcome.rev === null) throw new Error("no such post");
      return { isLiked: isSet, likeCount: outcome.count, rev: outcome.rev };
    });
}

const router = t.router({ like: t.router({ create: likeProcedure(true), delete: likeProcedure(false) }) });

await app.register(fastifyTRPCPlugin, {
  prefix: "/trpc",
  trpcOptions: { router, createContext: ({ req }: { req: Parameters<typeof readCaller>[0] }) => readCaller(req) },
});
await listen();
