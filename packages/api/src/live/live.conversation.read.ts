// What the hub of conversation streams asks of PostgreSQL: who of those that look on still may, in one statement.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { conversationIsVisible } from "../visibility/chat.visibility.ts";
import { sessionIsLive } from "../visibility/session.visibility.ts";
import { userIsListed } from "../visibility/user.visibility.ts";

/** A stream as the statement knows it. */
export interface ConversationPosition {
  conversationId: string;
  viewerId: string;
  sessionId: string;
}

const selectOpen: Statement<{ place: string }> = statement(
  "live.readConversationStreams",
  `select stream.place
   from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        with ordinality as stream (conversation_id, viewer_id, session_id, place)
   join conversation_members me on me.conversation_id = stream.conversation_id and me.user_id = stream.viewer_id
   where me.state = 'accepted' and ${conversationIsVisible("me")}
     and ${sessionIsLive({ session: "stream.session_id", user: "stream.viewer_id" })}
     and ($4::bigint is null or exists (
       select from conversation_members speaker join users person on person.id = speaker.user_id
       where speaker.conversation_id = stream.conversation_id and speaker.user_id = $4 and speaker.state = 'accepted'
         and ${userIsListed({ user: "person", viewer: "stream.viewer_id" })}))`,
);

const selectMarks: Statement<{ userId: string; readUpTo: number }> = statement(
  "live.selectReadMarks",
  `select other.user_id as "userId", other.read_seq as "readUpTo"
   from conversation_members other join users person on person.id = other.user_id
   where other.conversation_id = $1 and other.state = 'accepted'
     and ${userIsListed({ user: "person", viewer: "$2::bigint" })}
   order by other.user_id <> $2, other.user_id`,
);

/** How far everybody has read whom the viewer may see, the viewer first. */
export function readMarks(
  deps: Pick<Deps, "db">,
  input: { conversationId: string; viewerId: string },
): Promise<{ userId: string; readUpTo: number }[]> {
  return deps.db.sql.many(selectMarks, [input.conversationId, input.viewerId]);
}

/** The places in `streams` of those that may look on, and, where somebody speaks, may hear of that person. */
export async function readConversationStreams(
  deps: Pick<Deps, "db">,
  input: { streams: readonly ConversationPosition[]; speakerId: string | null },
): Promise<ReadonlySet<number>> {
  const { streams, speakerId } = input;
  const rows = await deps.db.sql.many(selectOpen, [
    streams.map((stream) => stream.conversationId),
    streams.map((stream) => stream.viewerId),
    streams.map((stream) => stream.sessionId),
    speakerId,
  ]);
  return new Set(rows.map((row) => Number(row.place) - 1));
}
