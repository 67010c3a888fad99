// Whether a stream's session still lives, as SQL text: a stream outlives the call that opened it.
import { sessionRefusal } from "../auth/auth.standing.ts";

/** The session exists, is this person's, has not ended, and the account is live. Both are SQL expressions. */
export function sessionIsLive(input: { session: string; user: string }): string {
  return `exists (select from sessions s join users u on u.id = s.user_id
                  where s.id = ${input.session} and s.user_id = ${input.user}
                    and ${sessionRefusal({ session: "s", account: "u", now: "clock_timestamp()" })} is null)`;
}
