// The end of evidence: 90 days after its case was closed, with the pictures that only it kept. Of people who are gone, the
// cases and decisions go too. Promise: what the law asks to be kept, and what an open appeal needs, stays.
import { statement } from "@pixora/db";
import { releaseMedia } from "../media/media.release.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";

const keptDays = 90;
const batchSize = 200;

const isOver = `cases.state = 'closed' and not cases.is_kept
  and cases.closed_at < $1::timestamptz - make_interval(days => ${keptDays})
  and not exists (select from decisions join appeals on appeals.decision_id = decisions.id
                  where decisions.case_id = cases.id and appeals.state = 'open')`;

const deleteEvidence = statement<{ mediaIds: string[] }>(
  "moderation.deleteEvidence",
  `delete from evidence where id = any(array(
     select evidence.id from evidence join cases on cases.id = evidence.case_id where ${isOver} limit ${batchSize}))
   returning media_ids::text[] as "mediaIds"`,
);
const deleteCasesOfNobody = statement<never>(
  "moderation.deleteCasesOfNobody",
  `delete from cases where id = any(array(
     select cases.id from cases where ${isOver} and not exists (select from users where users.id = cases.user_id)
     limit ${batchSize}))`,
);
const deleteReportsOfNobody = statement<never>(
  "moderation.deleteReportsOfNobody",
  `delete from reports where id = any(array(
     select reports.id from reports where reports.case_id is null and reports.resolved_at is not null
       and not exists (select from users where users.id = reports.user_id) limit ${batchSize}))`,
);

/** Deletes evidence whose time is over. Scheduled; the second time finds none. */
export async function purgeEvidence(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  for (let found = batchSize; found === batchSize; ) {
    await commitFacts(deps, async (tx) => {
      const deleted = await tx.many(deleteEvidence, [now]);
      found = deleted.length;
      await releaseMedia(tx, { mediaIds: deleted.flatMap(({ mediaIds }) => mediaIds) });
    });
  }
  while ((await deps.db.sql.run(deleteCasesOfNobody, [now])) === batchSize);
  while ((await deps.db.sql.run(deleteReportsOfNobody)) === batchSize);
}
