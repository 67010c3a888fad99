// The rule of whether a stream's session still lives, as SQL text: a stream outlives the call that opened it.

/** The session exists, is this person's, has not ended, and the account is live. Both are SQL expressions. */
export function sessionIsLive(input: { session: string; user: string }): string {
  return `exists (select from sessions s join users u on u.id = s.user_id
                  where s.id = ${input.session} and s.user_id = ${input.user}
                    and s.revoked_at is null and s.expires_at > clock_timestamp()
                    and u.deleted_at is null and u.suspended_at is null)`;
}
