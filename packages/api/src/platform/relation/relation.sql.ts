// The SQL of relations that people set and unset (likes, bookmarks): one statement a batch, composed of the pieces that
// the rooms own. Promises: the counter moves by the rows really written, its `rev` rises, and the facts are stored, all
// in the statement that writes the rows.
import { type Statement, statement } from "@pixora/db";
import type { SessionRefusal } from "../call/context.ts";
import { insertFactsSql } from "../outbox.ts";

/** What a room says of its relation, in SQL text. */
export interface RelationSql {
  /** The names of the two statements, as in "like.setPostLikes". */
  names: { set: string; read: string };
  /** The relation's table; its primary key is (target column, user_id). */
  table: string;
  targetColumn: string;
  /** The owner's text of why a session does not let its person act, of SQL expressions; null if it does or is null. */
  refusal: (actor: { actorId: string; sessionId: string; now: string }) => string;
  /**
   * `select w.actor_id, w.target_id, w.is_set, <more> from wanted w …`: the calls whose target their actor may see, and
   * those that take back what stands (`isTakenBack`). The facts may use the columns it adds.
   */
  visible: string;
  counter?: {
    /** The narrow table of the counts, its key and the count that this relation moves. */
    table: string;
    key: string;
    count: string;
    /**
     * The owner's texts, which answer the key, two counts and `rev`, this relation's count first: the one locks the
     * counters of a subquery of targets in id order, the other moves counts by a subquery of (key, delta), raises
     * `rev`, and answers those that moved.
     */
    lock: (targetIds: string) => string;
    move: (deltas: string) => string;
  };
  /** `select <fact>, <payload> from <changed>`, which has the columns of `visible`: what goes into the outbox. */
  facts?: (changed: string) => string;
}

/**
 * SQL text: the call `w` of `wanted` unsets what its actor has set. Taking back one's own asks for no sight of the target.
 */
export function isTakenBack(relation: { table: string; targetColumn: string }): string {
  return `(not w.is_set and exists (select from ${relation.table} own
            where own.${relation.targetColumn} = w.target_id and own.user_id = w.actor_id))`;
}

/**
 * One row a call that is visible or refused. `count` and `rev` are the state that this statement left, under its lock;
 * null for relations without a counter. They say nothing to a call that changed nothing: rows newer than the snapshot may
 * contradict it.
 */
export interface SetRow {
  actor_id: string;
  target_id: string;
  refusal: SessionRefusal | null;
  is_changed: boolean;
  count: number | null;
  rev: number | null;
}

/** One row a pair, as it is now; count and rev are null for relations without a counter. */
export interface ReadRow {
  actor_id: string;
  target_id: string;
  is_set: boolean;
  count: number | null;
  rev: number | null;
}

/** What a batcher of one relation runs. */
export interface RelationStatements {
  set: Statement<SetRow>;
  read: Statement<ReadRow>;
}

/** The statements of a relation: to be made once, when the room's file is loaded. */
export function makeRelationStatements(sql: RelationSql): RelationStatements {
  return { set: setStatement(sql), read: readStatement(sql) };
}

const noCounter = "select 0::bigint, null::int, null::int, null::int";

/**
 * The batch statement, for (actor ids, target ids, wanted states, session ids or nulls, now). A call that comes in a
 * session is made only while that lives: asked here, it costs no round trip of its own. Counter rows are locked in id
 * order before any row is written: batches of several processes then wait for each other instead of deadlocking, and two
 * of them that write one pair see each other's rows.
 */
function setStatement(sql: RelationSql): Statement<SetRow> {
  const { table, targetColumn, counter } = sql;
  const refusal = sql.refusal({ actorId: "a.actor_id", sessionId: "a.session_id", now: "$5::timestamptz" });
  const facts = sql.facts === undefined ? "" : `, facts as (${insertFactsSql(sql.facts("changed"))})`;
  // Counting the locked rows makes PostgreSQL take every lock before it writes the first row.
  const isLocked = "(select count(*) from locked) > 0";
  // `is not null` keeps the planner's idea of the number of calls, `is null` would leave it one of two hundred: the joins of
  // a full batch were nested loops, and it took 1.8 times as long. `offset 0` has the look-up run once a call.
  return statement<SetRow>(
    sql.names.set,
    `with asked as materialized (
       select a.actor_id, a.target_id, a.is_set, session.refusal,
         case when session.refusal is null then true end as is_admitted
       from unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::bigint[]) as a (actor_id, target_id, is_set, session_id)
       cross join lateral (select ${refusal} as refusal offset 0) session
     ), wanted as (
       select actor_id, target_id, is_set from asked where is_admitted is not null
     ), visible as materialized (
       ${sql.visible}
     ), locked (target_id, count, other_count, rev) as materialized (
       ${counter?.lock("select target_id from visible") ?? noCounter}
     ), inserted as (
       insert into ${table} (${targetColumn}, user_id)
       select target_id, actor_id from visible where is_set and ${isLocked} order by target_id, actor_id
       on conflict do nothing
       returning ${targetColumn} as target_id, user_id as actor_id
     ), deleted as (
       delete from ${table} as relation using visible v
       where not v.is_set and ${isLocked} and relation.${targetColumn} = v.target_id and relation.user_id = v.actor_id
       returning v.target_id, v.actor_id
     ), changed as materialized (
       select v.* from visible v
       join (select * from inserted union all select * from deleted) written using (target_id, actor_id)
     ), deltas as (
       select target_id, sum(case when is_set then 1 else -1 end)::int as delta from changed group by target_id
     ), moved (target_id, count, other_count, rev) as (
       ${counter?.move(`(select target_id as ${counter.key}, delta from deltas)`) ?? noCounter}
     )${facts}
     select actor_id, target_id, refusal, false as is_changed, null::int as count, null::int as rev
     from asked where refusal is not null
     union all
     select v.actor_id, v.target_id, null, c.target_id is not null,
       coalesce(moved.count, locked.count), coalesce(moved.rev, locked.rev)
     from visible v
     left join changed c on c.target_id = v.target_id and c.actor_id = v.actor_id
     left join locked on locked.target_id = v.target_id
     left join moved on moved.target_id = v.target_id`,
  );
}

/** Reads pairs, for (actor ids, target ids), in a snapshot of its own: it sees whoever made a call *already so*. */
function readStatement(sql: RelationSql): Statement<ReadRow> {
  const { table, targetColumn, counter } = sql;
  const isSet = `exists (select from ${table} relation
                         where relation.${targetColumn} = w.target_id and relation.user_id = w.actor_id)`;
  const counts =
    counter === undefined
      ? `select w.actor_id, w.target_id, ${isSet} as is_set, null::int as count, null::int as rev`
      : `select w.actor_id, w.target_id, ${isSet} as is_set, counter.${counter.count} as count, counter.rev`;
  const join = counter === undefined ? "" : `join ${counter.table} counter on counter.${counter.key} = w.target_id`;
  return statement<ReadRow>(
    sql.names.read,
    `${counts} from unnest($1::bigint[], $2::bigint[]) as w (actor_id, target_id) ${join}`,
  );
}
