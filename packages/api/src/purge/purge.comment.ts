// The end of all comments of a person who is gone, with the likes that hang on them.
import {
  deleteCommentsOfUser,
  forgetMentionsInComments,
  listRemainsOfUser,
  removeRemains,
} from "../comment/comment.purge.ts";
import { purgeLikesOfComments } from "../like/like.purge.ts";
import type { Deps } from "../platform/process/deps.ts";

/**
 * Deletes all comments of a person who can make no new ones, as if they had deleted each: counts stay exact, and what
 * live replies hang on stays as a placeholder, of nobody. Mentions of the person go too. The second time changes nothing.
 */
export async function purgeCommentsOfUser(
  deps: Pick<Deps, "db" | "wakeRelay">,
  input: { userId: string },
): Promise<void> {
  const { userId } = input;
  await deleteCommentsOfUser(deps, { userId });
  for (;;) {
    const remains = await listRemainsOfUser(deps.db.sql, { userId });
    if (remains.length === 0) break;
    // A placeholder keeps the likes of others, as it does where a comment alone is deleted: its count is that of them.
    await purgeLikesOfComments(deps, { commentIds: remains.filter((row) => !row.isListed).map((row) => row.id) });
    await deps.db.inTransaction((tx) => removeRemains(tx, { commentIds: remains.map((row) => row.id) }));
  }
  await forgetMentionsInComments(deps, { userId });
}
