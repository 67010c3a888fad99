// What the moderators' decisions say of an account besides its suspension. Promise: only a change writes.
import { statement, type Tx } from "@pixora/db";

const updateMarks = statement<never>(
  "user.setMarks",
  `update users set limited_by = case when $2 then $3::bigint else limited_by end,
                    held_by = case when $4 then $5::bigint else held_by end
   where id = $1 and (($2 and limited_by is distinct from $3::bigint) or ($4 and held_by is distinct from $5::bigint))`,
);

/** The decision that keeps an account out of discovery, and the case that holds it; null: none, absent: as it is. */
export interface UserMarks {
  limitedBy?: string | null;
  heldBy?: string | null;
}

/** Sets marks of an account. The second time changes nothing. */
export async function setUserMarks(tx: Tx, input: { userId: string } & UserMarks): Promise<void> {
  const { userId, limitedBy, heldBy } = input;
  const values = [limitedBy !== undefined, limitedBy ?? null, heldBy !== undefined, heldBy ?? null];
  await tx.run(updateMarks, [userId, ...values]);
}
