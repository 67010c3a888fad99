// What the moderators' decisions say of a post besides its removal. Promise: only a change writes, and raises `rev`.
import { statement, type Tx } from "@pixora/db";
import { raisePostRev } from "./post.counter.ts";

/**
 * The decisions that mark a post as sensitive and keep it out of discovery, and the case that holds it; null: none,
 * absent: as it is.
 */
export interface PostMarks {
  sensitiveBy?: string | null;
  limitedBy?: string | null;
  heldBy?: string | null;
}

const updateMarks = statement<never>(
  "post.setMarks",
  `update posts set sensitive_by = case when $2 then $3::bigint else sensitive_by end,
                    limited_by = case when $4 then $5::bigint else limited_by end,
                    held_by = case when $6 then $7::bigint else held_by end
   where id = $1 and (($2 and sensitive_by is distinct from $3::bigint) or ($4 and limited_by is distinct from $5::bigint)
                      or ($6 and held_by is distinct from $7::bigint))`,
);

/** Sets marks of a post. The second time changes nothing. */
export async function setPostMarks(tx: Tx, input: { postId: string } & PostMarks): Promise<void> {
  const { postId, sensitiveBy, limitedBy, heldBy } = input;
  const values = [sensitiveBy, limitedBy, heldBy].flatMap((mark) => [mark !== undefined, mark ?? null]);
  if ((await tx.run(updateMarks, [postId, ...values])) === 1) await raisePostRev(tx, { postId });
}
