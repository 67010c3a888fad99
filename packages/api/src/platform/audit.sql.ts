// The SQL that compares stored counters with the rows they count, made from what each counter's room says of it.
// Promises: looking takes no lock and reads one snapshot, in which rows and counters agree unless a counter is wrong;
// mending agrees with the rows of a snapshot that is newer than the lock.
import { type Db, type Statement, statement, type Tx } from "@pixora/db";

/** What a room says of one of its tables of counters and heads, in SQL text. */
export interface CounterTable {
  table: string;
  /** The table's key, which is the id of a subject. */
  key: string;
  /** What has counters: `isCounted` says of which `subject`s; of others they mean nothing, or are on their way out. */
  subjects: { table: string; isCounted: string };
  /** The columns that are compared. */
  columns: readonly string[];
  /**
   * `select` that answers, for `subject` and its row `stored`, what each column should be, under the column's name and
   * of its type.
   */
  counted: string;
  /** Roughly how many rows `counted` reads for a subject, by what is stored; null: not known. */
  rows: string;
  /** The tables of these rows, by which the length of a whole round is told. */
  rowTables: readonly string[];
  /** Whether a change raises the column `rev`. */
  hasRev: boolean;
  /** What is brought up to date of a range of subjects when it is audited, counters and all: no fault of theirs. */
  revise?: (deps: { db: Db }, range: { afterId: string; lastId: string }) => Promise<void>;
  /** What else a change of these subjects causes, in its transaction. */
  tell?: (tx: Tx, input: { ids: readonly string[] }) => Promise<void>;
}

/** A range of subjects that was looked at. */
export interface RangeReading {
  /** The last of the range; null where there was none. */
  lastId: string | null;
  /** There are no subjects after it. */
  isEnd: boolean;
  /** Subjects whose row is missing or wrong. */
  suspects: string[];
}

/** A row that was mended: its columns, in order, as they were and as they are. */
export interface MendedRow {
  id: string;
  was: (string | null)[];
  becomes: (string | null)[];
}

export interface AuditStatements {
  /** Looks at the subjects after $1, at most `maxSubjects`, and at fewer where those would read more than $2 rows. */
  look(maxSubjects: number): Statement<RangeReading>;
  /** The subject after $1. */
  next: Statement<{ id: string }>;
  /** Makes the missing rows of subjects $1, all zero, and answers whose. Is a transaction of its own. */
  insertMissing: Statement<{ id: string }>;
  /** Locks the rows of subjects $1, in id order. */
  lock: Statement<unknown>;
  /** Makes the locked rows of subjects $1 right; answers those that were wrong. */
  mend: Statement<MendedRow>;
}

/** A table with the statements that audit it. */
export interface AuditedTable extends CounterTable {
  statements: AuditStatements;
}

/**
 * Makes the statements of one table, the look at `largestRange` subjects among them: called when the code is loaded, so
 * that they are known before any has run.
 */
export function withAuditStatements(counters: CounterTable, largestRange: number): AuditedTable {
  const statements = makeStatements(counters);
  statements.look(largestRange);
  return { ...counters, statements };
}

function makeStatements(counters: CounterTable): AuditStatements {
  const { table, key, subjects } = counters;
  const looks = new Map<number, Statement<RangeReading>>();
  const rows = rowsName(table);
  return {
    look(maxSubjects) {
      const look = looks.get(maxSubjects) ?? statement(`audit.lookAt${rows}`, lookSql(counters, maxSubjects));
      looks.set(maxSubjects, look);
      return look;
    },
    next: statement(`audit.selectNextOf${rows}`, `select id from ${subjects.table} where id > $1 order by id limit 1`),
    insertMissing: statement(`audit.insertMissing${rows}`, insertMissingSql(counters)),
    lock: statement(
      `audit.lock${rows}`,
      `select from ${table} where ${key} = any($1::bigint[]) order by ${key} for no key update`,
    ),
    mend: statement(`audit.mend${rows}`, mendSql(counters)),
  };
}

/** A table as it stands in the name of a statement: user_counts is UserCounts. */
function rowsName(table: string): string {
  return table.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function columnsOf(alias: string, columns: readonly string[]): string {
  return columns.map((column) => `${alias}.${column}`).join(", ");
}

function isWrongSql({ columns }: CounterTable): string {
  return `(${columnsOf("stored", columns)}) is distinct from (${columnsOf("counted", columns)})`;
}

// The number of subjects is written out: for a parameter, the planner expects a share of the table. The lateral limits
// keep it at index probes: it would rather read and hash whole tables of up to 100,000 rows, for 500 of them.
function lookSql(counters: CounterTable, maxSubjects: number): string {
  const { table, key, subjects, counted, rows } = counters;
  const stored = `left join lateral (select * from ${table} where ${key} = subject.id limit 1) stored on true`;
  return `with page as materialized (
       select subject.id, greatest(coalesce((${rows}), 0), 0) as rows
       from (select * from ${subjects.table} where id > $1 order by id limit ${maxSubjects}) subject
       ${stored}
     ), part as materialized (
       select id from (select id, rows, sum(rows) over (order by id) as sum from page) summed
       where sum - rows < $2::bigint
     )
     select (select max(id) from part) as "lastId",
       (select count(*) from part) = (select count(*) from page)
         and (select count(*) from page) < ${maxSubjects} as "isEnd",
       array(
         select subject.id::text
         from part cross join lateral (select * from ${subjects.table} where id = part.id limit 1) subject
         ${stored}
         cross join lateral (${counted}) counted
         where ${subjects.isCounted} and (stored.${key} is null or ${isWrongSql(counters)})
         order by subject.id) as suspects`;
}

// Locking the subject waits for whoever is adding rows that point to it, and who could not lock what was not there. Its
// `rev` is beyond all that clients may remember of the lost row: seconds, since the epoch of ids.
function insertMissingSql({ table, key, subjects, hasRev }: CounterTable): string {
  const rev = "extract(epoch from clock_timestamp() - timestamptz '2024-01-01')::int";
  return `insert into ${table} (${key}${hasRev ? ", rev" : ""})
     select subject.id${hasRev ? `, ${rev}` : ""} from (
       select subject.id from ${subjects.table} subject
       where subject.id = any($1::bigint[]) and ${subjects.isCounted}
         and not exists (select from ${table} stored where stored.${key} = subject.id)
       order by subject.id for update of subject
     ) subject
     on conflict do nothing returning ${key} as id`;
}

function mendSql(counters: CounterTable): string {
  const { table, key, subjects, columns, counted, hasRev } = counters;
  const texts = (alias: string) => `array[${columns.map((column) => `${alias}.${column}::text`).join(", ")}]`;
  const changes = columns.map((column) => `${column} = difference.${column}`);
  return `with difference as materialized (
       select subject.id, ${texts("stored")} as was, ${texts("counted")} as becomes, ${columnsOf("counted", columns)}
       from ${subjects.table} subject join ${table} stored on stored.${key} = subject.id
       cross join lateral (${counted}) counted
       where subject.id = any($1::bigint[]) and ${subjects.isCounted} and ${isWrongSql(counters)}
     )
     update ${table} set ${[...changes, ...(hasRev ? [`rev = ${table}.rev + 1`] : [])].join(", ")}
     from difference where ${table}.${key} = difference.id
     returning difference.id, difference.was, difference.becomes`;
}
