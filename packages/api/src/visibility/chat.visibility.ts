// The one rule of who may see which conversation and message, and what counts as unread, as SQL text. `member` is an alias
// of `conversation_members`: the row of the one who looks.
import { isMuting, isUnblocked, userIsListed } from "./user.visibility.ts";

/** SQL text: the other one of two is neither suspended nor in a block with this member; groups have no such one. */
function peerIsShown(member: string): string {
  return `(${member}.peer_id is null
           or (${isUnblocked(`${member}.user_id`, `${member}.peer_id`)}
               and not exists (select from users peer
                               where peer.id = ${member}.peer_id and peer.suspended_at is not null)))`;
}

/** May be opened: the member is in it, or is asked to be. Of two people one of whom is gone, the history stays. */
export function conversationIsVisible(member: string): string {
  return `(${member}.state in ('accepted', 'request') and ${peerIsShown(member)})`;
}

/** Its messages may be read: those of a group, once the member has accepted. */
export function messagesAreVisible(member: string): string {
  return `((${member}.state = 'accepted' or (${member}.state = 'request' and ${member}.peer_id is not null))
           and ${peerIsShown(member)})`;
}

/** What a message says is still there: neither its sender nor, save for its sender, a moderator took it away. */
export function messageIsReadable({ message, viewer }: { message: string; viewer: string }): string {
  return `(${message}.deleted_at is null
           and (${message}.removed_by is null or coalesce(${message}.sender_id = ${viewer}, false)))`;
}

/** Its sender is there for the viewer: else the message is a fold. `sender` is an alias of `users`, left-joined. */
export function senderIsShown({ sender, viewer }: { sender: string; viewer: string }): string {
  return userIsListed({ user: sender, viewer });
}

/** Raises the unread count of `user` (an SQL expression), if it stands above their mark. */
export function messageCounts({ message, user }: { message: string; user: string }): string {
  return `(${message}.kind <> 'system' and ${message}.deleted_at is null and ${message}.removed_by is null
           and ${message}.sender_id <> ${user} and ${isUnblocked(user, `${message}.sender_id`)})`;
}

/**
 * SQL text: columns `conversations`, those with something unread that ring, and `requests`, those that wait for an answer,
 * of `user` (an SQL expression).
 */
export function conversationCounts(user: string): string {
  const isPeerThere = `(cm.peer_id is null
     or (exists (select from users peer
                 where peer.id = cm.peer_id and peer.deleted_at is null and peer.suspended_at is null)
         and ${isUnblocked("cm.user_id", "cm.peer_id")}))`;
  return `(select count(*)::int from conversation_members cm
           where cm.user_id = ${user} and cm.unread > 0 and cm.state = 'accepted'
             and (cm.muted_until is null or cm.muted_until <= clock_timestamp()) and ${isPeerThere}
             and (cm.peer_id is null or not ${isMuting("cm.user_id", "cm.peer_id")})) as conversations,
          (select count(*)::int from conversation_members cm
           where cm.user_id = ${user} and cm.state = 'request' and cm.last_message_id > 0 and ${isPeerThere}) as requests`;
}
