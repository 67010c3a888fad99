// Rings members about messages that they have not read a moment after they were sent. Promises: one push a conversation,
// for which a later message takes the place of one that waits; none about what is muted, asked for, blocked or gone.
import { type Statement, statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { deliver } from "../delivery/delivery.send.ts";
import { excerptOf } from "../notification/notification.view.ts";
import { messageCounts, messagesAreVisible, senderIsShown } from "../visibility/chat.visibility.ts";
import { isMuting } from "../visibility/user.visibility.ts";
import { type RingDeps, ring } from "./push.ring.ts";
import { listSubscriptions } from "./push.service.ts";
import { type RingingMessage, writeMessagePush } from "./push.text.ts";

/** Whoever writes without a pause does not keep a bell silent for longer: it rings once in each such time. */
const ringEveryMs = 30_000;

interface RingingRow extends Omit<RingingMessage, "excerpt"> {
  place: number;
  userId: string;
  actorId: string;
  text: string;
}

const member = "member.user_id";

/** SQL text: messages of the member's that ring, as `rung`; `where` says more about it. */
function ringingMessages(columns: string, where: string): string {
  return `select ${columns}
     from messages rung join users sender on sender.id = rung.sender_id
     where rung.conversation_id = member.conversation_id and rung.seq > greatest(member.read_seq, member.after_seq)
       and ${messageCounts({ message: "rung", user: member })}
       and ${senderIsShown({ sender: "sender", viewer: member })} and not ${isMuting(member, "sender.id")}
       and ${where}`;
}

/** SQL text: which span of time since the first unread message an id falls into. Ids carry milliseconds in front. */
function spanOf(id: string): string {
  return `((${id} >> 22) - (first.id >> 22)) / ${ringEveryMs}`;
}

// What was taken back since gives way to the one before it, which it had replaced.
const selectRinging: Statement<RingingRow> = statement(
  "push.selectRingingMessages",
  `select given.place::int as place, ${member} as "userId", newest.sender_id as "actorId", newest.handle as "actorHandle",
          newest.display_name as "actorName", member.conversation_id as "conversationId", newest.seq, newest.kind,
          newest.text, conv.title as "groupTitle"
   from unnest($1::bigint[], $2::int[]) with ordinality as given (conversation_id, seq, place)
   join conversations conv on conv.id = given.conversation_id
   join conversation_members member on member.conversation_id = conv.id
   cross join lateral (${ringingMessages("rung.id", "rung.seq <= given.seq order by rung.seq limit 1")}) first
   cross join lateral (${ringingMessages(
     "rung.id, rung.seq, rung.sender_id, rung.kind, left(rung.text, 400) as text, sender.handle, sender.display_name",
     "rung.seq <= given.seq order by rung.seq desc limit 1",
   )}) newest
   left join lateral (${ringingMessages("rung.id", "rung.seq > given.seq order by rung.seq limit 1")}) next on true
   where member.state = 'accepted' and (member.muted_until is null or member.muted_until <= clock_timestamp())
     and member.read_seq < given.seq and ${messagesAreVisible("member")}
     and exists (select from push_subscriptions s where s.user_id = ${member})
     and (next.id is null or ${spanOf("next.id")} > ${spanOf("newest.id")})`,
);

/** Sends the pushes about these messages, as far as nobody has read them. The second time rings nobody again. */
export async function ringMembers(
  deps: RingDeps,
  input: { facts: readonly FactOf<"push.ringMembers">[] },
): Promise<void> {
  const { facts } = input;
  const rows = await deps.db.sql.many(selectRinging, [
    facts.map(({ payload }) => payload.conversationId),
    facts.map(({ payload }) => payload.seq),
  ]);
  const userIds = [...new Set(rows.map((row) => row.userId))];
  const subscriptions = await listSubscriptions(deps.db.sql, { userIds, now: deps.clock.now() });
  const byPerson = Map.groupBy(subscriptions, (subscription) => subscription.userId);
  const messages = rows.flatMap((row) => {
    const fact = facts[row.place - 1];
    if (fact === undefined) return [];
    const { userId, actorId, conversationId, seq } = row;
    const tag = `conversation/${conversationId}`;
    const text = writeMessagePush({ ...row, excerpt: excerptOf(row.text) }, { tag });
    // With the sender's id, a purge of the sender finds the row.
    const asked = {
      factId: fact.id,
      userId,
      causeKey: `message/${conversationId}/${seq}`,
      payload: { ...fact.payload, actorId },
    };
    return (byPerson.get(userId) ?? []).map((subscription) => ({
      ...asked,
      address: subscription.endpoint,
      send: () => ring(deps, { subscription, tag, text }),
    }));
  });
  const factIds = facts.map((fact) => fact.id);
  await deliver(deps, { channel: "push", job: "push.ringMembers", fact: "message.created", factIds, messages });
}
