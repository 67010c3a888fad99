// Whether a session lets its person act: one rule, as SQL text, for the check of a call, for the statements that ask it on
// their own way, and for open streams.
import type { SessionRefusal } from "../platform/call/context.ts";

const revoked: SessionRefusal = "auth.sessionRevoked";
const suspended: SessionRefusal = "auth.suspended";

/**
 * SQL text: null while a session lives and its account may act, else the code of the error. `session` and `account` are
 * names of rows, `now` an SQL expression.
 */
export function sessionRefusal({ session, account, now }: { session: string; account: string; now: string }): string {
  return `case when ${session}.revoked_at is not null or ${session}.expires_at <= ${now}
                    or ${account}.deleted_at is not null then '${revoked}'
               when ${account}.suspended_at is not null then '${suspended}' end`;
}

/**
 * SQL text: the same of SQL expressions, at the price of two look-ups in indexes; a session that is not there or not the
 * actor's is revoked. Null where `sessionId` is.
 */
export function actorRefusal({ actorId, sessionId, now }: Record<"actorId" | "sessionId" | "now", string>): string {
  const refusal = sessionRefusal({ session: "session", account: "account", now });
  return `case when ${sessionId} is not null then nullif(coalesce(
            (select coalesce(${refusal}, '')
             from sessions session join users account on account.id = session.user_id
             where session.id = ${sessionId} and session.user_id = ${actorId}),
            '${revoked}'), '') end`;
}

/** SQL text: the session exists, is this person's, has not ended, and the account is live. Both are SQL expressions. */
export function sessionIsLive(input: { session: string; user: string }): string {
  return `exists (select from sessions s join users u on u.id = s.user_id
                  where s.id = ${input.session} and s.user_id = ${input.user}
                    and ${sessionRefusal({ session: "s", account: "u", now: "clock_timestamp()" })} is null)`;
}
