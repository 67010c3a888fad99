// `pnpm reindex [id]`: puts every post into the search index that SEARCH_URL names, newest first; an id goes on below it.
import { createDeps, createLog, readWorkerConfig, reindexPosts } from "@pixora/api/domain";
import { isId, maxId } from "@pixora/db";

/** Answers the exit code. */
async function main(): Promise<number> {
  const belowId = process.argv[2] ?? maxId;
  if (!isId(belowId)) return fail("usage: pnpm reindex [id of the last post of a run that stopped]", 64);
  const config = readWorkerConfig(process.env);
  if (config.SEARCH_URL === undefined) return fail("SEARCH_URL is not set: PostgreSQL needs no reindexing", 78);
  const log = createLog({ level: "warn", name: "reindex" });
  const deps = createDeps({ config, log, applicationName: "pixora-reindex" });
  try {
    await reindexPosts(deps, {
      belowId,
      onBatch: ({ posts, lastId }) => console.log(`${posts} posts, down to ${lastId}`),
    });
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1);
  } finally {
    await deps.close();
  }
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

process.exitCode = await main();
