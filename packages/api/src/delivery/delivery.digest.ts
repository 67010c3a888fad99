// Digests: what a person was told in the app since the last one and has not read, in one mail at their hour.
// Promises: one a period, however often the schedule runs or on how many workers; a stop in the middle loses none.
import { idAt, type Statement, statement, type Tx } from "@pixora/db";
import type { FactOf, NewFact } from "@pixora/jobs";
import { nextDigestAt } from "../notification/notification.digest.time.ts";
import { mailedByDefault } from "../notification/notification.preference.ts";
import type { Digest, NotificationView } from "../notification/notification.schema.ts";
import { presentToReceivers } from "../notification/notification.view.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import { webUrlOf } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { userIsLive } from "../visibility/user.visibility.ts";
import { type DigestLine, writeDigestMail } from "./delivery.mail.text.ts";
import { callMailer, type MailDeps } from "./delivery.mail.ts";
import { deliver, type Message } from "./delivery.send.ts";
import { unsubscribeUrl } from "./delivery.unsubscribe.ts";

interface DueRow extends Digest {
  userId: string;
  lastAt: Date | null;
}

const selectDue: Statement<DueRow> = statement(
  "delivery.selectDueDigests",
  `select user_id as "userId", digest_frequency as frequency, digest_hour as hour, time_zone as "timeZone",
          digest_last_at as "lastAt"
   from notification_preferences where digest_next_at <= $1
   order by digest_next_at limit $2 for update skip locked`,
);

const moveOn: Statement<never> = statement(
  "delivery.moveDigestsOn",
  `update notification_preferences p set digest_next_at = moved.next_at, digest_last_at = $3
   from unnest($1::bigint[], $2::timestamptz[]) as moved (user_id, next_at) where p.user_id = moved.user_id`,
);

const batch = 500;
/** What was told this shortly before may not be committed yet: the next digest has it. */
const commitGraceMs = 10_000;
const dayMs = 24 * 60 * 60_000;
const firstLookBackMs: Record<Digest["frequency"], number> = { off: 0, daily: dayMs, weekly: 7 * dayMs };

/** Asks for every digest whose time has come; each transaction asks and moves on together. Scheduled. */
export async function requestDigests(deps: Pick<Deps, "db" | "clock" | "wakeRelay">): Promise<void> {
  const now = deps.clock.now();
  for (let found = batch; found === batch; ) {
    found = await commitFacts(deps, (tx) => requestSome(tx, now));
  }
}

async function requestSome(tx: Tx, now: Date): Promise<number> {
  const due = await tx.many(selectDue, [now, batch]);
  if (due.length === 0) return 0;
  const until = new Date(now.getTime() - commitGraceMs);
  const facts = due.map((row): NewFact => {
    const since = row.lastAt ?? new Date(until.getTime() - firstLookBackMs[row.frequency]);
    const payload = { userId: row.userId, since: since.toISOString(), until: until.toISOString() };
    return { fact: "notification.digestDue", payload };
  });
  await insertFacts(tx, { facts });
  await tx.run(moveOn, [due.map((row) => row.userId), due.map((row) => nextDigestAt(row, now)), until]);
  return due.length;
}

interface GroupRow {
  place: string;
  handle: string;
  email: string;
  actorCount: number;
  /** The newest of each of the newest actors. */
  newestIds: string[];
}

const maxLines = 20;

// One group more than is listed, to know whether there are more.
const selectGroups: Statement<GroupRow> = statement(
  "delivery.selectDigestGroups",
  `select wanted.place, receiver.handle, mailbox.email, "group".*
   from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as wanted (user_id, since_id, until_id, place)
   join users receiver on receiver.id = wanted.user_id and ${userIsLive("receiver")}
   join credentials mailbox on mailbox.user_id = wanted.user_id and mailbox.email_verified_at is not null
   join notification_preferences wish on wish.user_id = wanted.user_id and wish.digest_frequency <> 'off'
   cross join lateral (
     select count(distinct n."actorId")::int as "actorCount",
            (array_agg(n.id order by n.id desc))[1:10]::text[] as "newestIds"
     from notifications n
     where n."receiverId" = wanted.user_id and n.id >= wanted.since_id and n.id < wanted.until_id and not n.read
       and not n."isHidden"
       and coalesce((wish.types -> n.type ->> 'email')::boolean, n.type = any ($4::text[]))
     group by n."groupKey" order by max(n.id) desc limit $5
   ) "group"
   order by wanted.place, "group"."newestIds"[1]::bigint desc`,
);

type DigestFact = FactOf<"notification.sendDigests">;

/** Sends the digests that are due; none where there is nothing to tell. The second time sends none again. */
export async function sendDigests(
  deps: MailDeps & Pick<Deps, "storage">,
  input: { facts: readonly DigestFact[] },
): Promise<void> {
  const { facts } = input;
  const idsAt = (field: "since" | "until") => facts.map(({ payload }) => idAt(new Date(payload[field])).toString());
  const userIds = facts.map(({ payload }) => payload.userId);
  const values = [userIds, idsAt("since"), idsAt("until"), [...mailedByDefault], maxLines + 1];
  const groups = await deps.db.sql.many(selectGroups, values);
  const views = await presentToReceivers(deps, { ids: groups.flatMap((group) => group.newestIds) });
  const byFact = Map.groupBy(groups, (group) => facts[Number(group.place) - 1]);
  await deliver(deps, {
    channel: "email",
    job: "notification.sendDigests",
    fact: "notification.digestDue",
    factIds: facts.map((fact) => fact.id),
    messages: [...byFact].flatMap(([fact, ofFact]) =>
      fact === undefined ? [] : (messageOf(deps, { fact, groups: ofFact, views }) ?? []),
    ),
  });
}

function messageOf(
  deps: MailDeps,
  input: { fact: DigestFact; groups: readonly GroupRow[]; views: ReadonlyMap<string, NotificationView> },
): Message | null {
  const { fact, groups, views } = input;
  const lines = groups.flatMap((group) => lineOf(group, views) ?? []);
  const [group] = groups;
  if (group === undefined || lines.length === 0) return null;
  const { userId, until } = fact.payload;
  const to = {
    ...group,
    webUrl: webUrlOf(deps.config),
    unsubscribeUrl: unsubscribeUrl(deps, { userId, scope: "all" }),
  };
  const mail = writeDigestMail({ lines: lines.slice(0, maxLines), hasMore: groups.length > maxLines }, to);
  const { id: factId, payload } = fact;
  const causeKey = `digest/${until}`;
  return { factId, userId, causeKey, address: group.email, payload, send: () => callMailer(deps, mail) };
}

/** Null where nothing of the group may be seen any more. */
function lineOf(group: GroupRow, views: ReadonlyMap<string, NotificationView>): DigestLine | null {
  const seen = group.newestIds.map((id) => views.get(id)).filter((view) => view !== undefined);
  const [latest] = seen;
  if (latest === undefined) return null;
  const { type, postId, commentId, actor, preview } = latest;
  const actorNames = [...new Set(seen.map((view) => view.actor.displayName))].slice(0, 2);
  const { actorCount } = group;
  return { type, postId, commentId, excerpt: preview.text, actorNames, actorHandle: actor.handle, actorCount };
}
