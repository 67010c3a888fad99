// Who may write to whom, as SQL text: one rule for opening, sending and what the views say of it. Promise: whoever cannot
// be written to is refused alike, whether they are blocked, suspended, gone or want no messages.
import { isFollowing, isUnblocked } from "../visibility/user.visibility.ts";

/** What a stranger may write before they are answered. */
export const maxUnanswered = 5;

/** SQL text: a person (an alias of `users`, perhaps left-joined) takes a first message of `sender` (an SQL expression). */
export function takesFirstMessage({ person, sender }: { person: string; sender: string }): string {
  return `(${isReachable({ person, sender })}
           and (${person}.who_can_message = 'everyone'
                or (${person}.who_can_message = 'following' and ${isFollowing(`${person}.id`, sender)})))`;
}

/** SQL text: a person takes a request of `sender` into a group. */
export function takesGroupRequest({ person, sender }: { person: string; sender: string }): string {
  return `(${isReachable({ person, sender })}
           and (${person}.who_can_group = 'everyone'
                or (${person}.who_can_group = 'following' and ${isFollowing(`${person}.id`, sender)})))`;
}

/** SQL text: a person is there, and in no block with `sender`. */
function isReachable({ person, sender }: { person: string; sender: string }): string {
  return `(${person}.id is not null and ${person}.deleted_at is null and ${person}.suspended_at is null
           and ${isUnblocked(sender, `${person}.id`)})`;
}

/** SQL text: a direct conversation can be written into. `member` is the writer's row, `peer` the other's, `person` theirs in `users`. */
export function peerIsReachable(of: { member: string; peer: string; person: string }): string {
  const { member, peer, person } = of;
  const sender = `${member}.user_id`;
  return `case when ${peer}.was_accepted then ${isReachable({ person, sender })}
               else ${takesFirstMessage({ person, sender })} end`;
}

/** SQL text: the other one of two has not answered yet, nor follows the writer. */
export function isUnanswered({ peer, sender }: { peer: string; sender: string }): string {
  return `(not ${peer}.was_accepted and not ${isFollowing(`${peer}.user_id`, sender)})`;
}
