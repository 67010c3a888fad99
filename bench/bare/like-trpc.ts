// A bare tRPC procedure on Pixora's own like batcher: what tRPC and Fastify cost by themselves. It reads the token, checks
// the session (one query a tick), parses its input and its output, and does nothing else.
import { z } from "zod";
import { createSessionChecker } from "../../packages/api/src/auth/auth.session.ts";
import { postLikesOf } from "../../packages/api/src/like/like.batch.ts";
import { openDomain } from "./domain.ts";
import { type BareCaller, openBare } from "./start.ts";
import { fastifyTRPCPlugin, initTRPC } from "./trpc.ts";

const { app, readCaller, listen } = openBare();
const deps = openDomain();
const setLike = postLikesOf(deps);
const checkSession = createSessionChecker(deps);

const t = initTRPC.context<BareCaller>().create();

function likeProcedure(isSet: boolean) {
  return t.procedure
    .input(z.object({ postId: z.string() }))
    .output(z.object({ isLiked: z.boolean(), likeCount: z.int(), rev: z.int() }))
    .mutation(async ({ ctx, input }) => {
      await checkSession({ ...ctx, expiresAtMs: 0 });
      const outcome = await setLike({ actorId: ctx.userId, targetId: input.postId, isSet });
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
