// The table `deliveries`: what leaves the app, a row for each cause, channel and address. The only SQL that writes it.
// Promises: who gets a row to send is the only one who does; a row that was sent, or may have been, is never given again.

import { type Sql, type Statement, statement } from "@pixora/db";
import type { FactName } from "@pixora/jobs";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import { insertFactsSql } from "../platform/outbox.ts";

export type Channel = "email" | "push";

/** The address of a delivery, and what it is about: at most one for each. */
export interface DeliveryKey {
  channel: Channel;
  userId: string;
  causeKey: string;
  addressHash: string;
}

export interface NewDelivery extends DeliveryKey {
  /** The fact that asks for it, to ask again. */
  fact: FactName;
  payload: Record<string, unknown>;
}

/** A row that is the caller's to send, once. */
export interface Claim extends DeliveryKey {
  id: string;
  /** Calls that were made before. */
  attempts: number;
  createdAt: Date;
}

const keyColumns = `channel, user_id as "userId", cause_key as "causeKey", address_hash as "addressHash"`;

// A new row, or one that waits for another try; what was given up may be tried by a replay, though not at once.
const claimStatement: Statement<Claim> = statement(
  "delivery.claimDeliveries",
  `insert into deliveries (user_id, cause_key, channel, address_hash, fact, payload, actor_id, created_at, changed_at)
   select wanted.*, (wanted.payload ->> 'actorId')::bigint, $7, $7
   from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
        as wanted (user_id, cause_key, channel, address_hash, fact, payload)
   on conflict (user_id, cause_key, channel, address_hash) do update set state = 'sending', changed_at = $7
     where (deliveries.state = 'waiting' and (deliveries.retry_at is null or deliveries.retry_at <= $7))
        or (deliveries.state = 'failed' and deliveries.retry_at <= $7)
   returning id, ${keyColumns}, attempts, created_at as "createdAt"`,
);

/**
 * Makes or takes over the rows that are to be sent now, as `sending`; the others are somebody else's, or over. No key may
 * be there twice.
 */
export function claimDeliveries(sql: Sql, input: { deliveries: readonly NewDelivery[]; now: Date }): Promise<Claim[]> {
  // In one order, or two processes that share causes wait for each other.
  const wanted = input.deliveries.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return sql.many(claimStatement, [
    wanted.map((delivery) => delivery.userId),
    wanted.map((delivery) => delivery.causeKey),
    wanted.map((delivery) => delivery.channel),
    wanted.map((delivery) => delivery.addressHash),
    wanted.map((delivery) => delivery.fact),
    wanted.map((delivery) => JSON.stringify(delivery.payload)),
    input.now,
  ]);
}

/** One text for a key, to find rows by. */
export function keyOf(key: DeliveryKey): string {
  return `${key.channel} ${key.userId} ${key.causeKey} ${key.addressHash}`;
}

const givenUpStatement: Statement<DeliveryKey & { id: string }> = statement(
  "delivery.listGivenUp",
  `select id, ${keyColumns}
   from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as wanted (user_id, cause_key, channel, address_hash)
   join deliveries using (user_id, cause_key, channel, address_hash)
   where state = 'failed' and retry_at is not null`,
);

/** Those of these rows that were given up and may be replayed. */
export async function listGivenUp(
  sql: Sql,
  input: { deliveries: readonly DeliveryKey[] },
): Promise<(DeliveryKey & { id: string })[]> {
  const { deliveries } = input;
  if (deliveries.length === 0) return [];
  return sql.many(givenUpStatement, [
    deliveries.map((delivery) => delivery.userId),
    deliveries.map((delivery) => delivery.causeKey),
    deliveries.map((delivery) => delivery.channel),
    deliveries.map((delivery) => delivery.addressHash),
  ]);
}

/** How a call ended. */
export interface Ending {
  id: string;
  /** "sending": nobody knows whether it arrives. "waiting": surely not taken, and tried again. */
  state: "sent" | "sending" | "waiting" | "failed" | "skipped";
  error: string | null;
  /** ISO. Of "waiting" and of what was given up: not to be tried before. */
  retryAt: string | null;
  attempts: number;
}

const recordStatement: Statement<never> = statement(
  "delivery.recordEndings",
  `update deliveries d set state = ending.state, error = left(ending.error, 1000), retry_at = ending."retryAt",
     attempts = ending.attempts, changed_at = $2,
     payload = case when ending.state in ('sent', 'skipped') then null else d.payload end
   from jsonb_to_recordset($1::jsonb) as ending (id bigint, state text, error text, "retryAt" timestamptz, attempts int)
   where d.id = ending.id and d.state = 'sending'`,
);

/** Writes down how calls ended. The second time changes nothing. */
export async function recordEndings(sql: Sql, input: { endings: readonly Ending[]; now: Date }): Promise<void> {
  await sql.run(recordStatement, [JSON.stringify(input.endings), input.now]);
}

// The fact carries what the first one did; facts of several addresses of one cause are one.
const retryStatement: Statement<{ found: number }> = statement(
  "delivery.retryDeliveries",
  `with due as (
     select id, fact, payload from deliveries where state = 'waiting' and retry_at <= $1
     order by retry_at limit $2 for update skip locked
   ), asked as (
     update deliveries d set retry_at = null from due where d.id = due.id
   ), stored as (
     ${insertFactsSql("select distinct fact, payload from due")}
   )
   select count(*)::int as found from due`,
);

/** Asks again for up to `limit` deliveries whose time has come; answers how many there were. */
export async function requestRetries(sql: Sql, input: { now: Date; limit: number }): Promise<number> {
  return (await sql.one(retryStatement, [input.now, input.limit])).found;
}

const deleteOldStatement: Statement<never> = statement(
  "delivery.deleteOld",
  `delete from deliveries where id in (select id from deliveries where id < $1 order by id limit $2)`,
);

const deletedAtOnce = 5_000;

/** Deletes all rows with ids below one, in bounded steps. */
export async function deleteDeliveriesBefore(sql: Sql, input: { id: bigint }): Promise<void> {
  const values = [input.id.toString(), deletedAtOnce];
  await runInBatches(sql, { statement: deleteOldStatement, values, batch: deletedAtOnce });
}

const purgeStatement: Statement<never> = statement(
  "delivery.purgeDeliveries",
  `delete from deliveries where id = any(array(select id from deliveries where user_id = $1 or actor_id = $1 limit 5000))`,
);

/** Deletes the rows to a person and about what they did, in bounded steps. */
export async function deleteDeliveriesOfUser(sql: Sql, input: { userId: string }): Promise<void> {
  await runInBatches(sql, { statement: purgeStatement, values: [input.userId] });
}

const countStatement: Statement<{ channel: Channel; state: string; count: number }> = statement(
  "delivery.countOpen",
  `select channel, state, count(*)::int as count from deliveries
   where state in ('sending', 'waiting', 'failed') group by channel, state`,
);

/** What is not over, by channel and state: under way or cut off, waiting for a provider, given up. */
export function countOpenDeliveries(sql: Sql): Promise<{ channel: Channel; state: string; count: number }[]> {
  return sql.many(countStatement);
}
