// Rules and writes of people: making one, finding by handle, roles, suspension. Nothing else, except user.profile.ts,
// writes `users`.
import { type Sql, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPeople } from "./user.counter.ts";
import { canonicalHandle, hasDotsInside, isReservedHandle } from "./user.handle.ts";
import { hashHandle, isHandleHeld } from "./user.hold.ts";
import { insertNamesSql, valuesOfNames } from "./user.names.ts";
import type { Role, UserView } from "./user.schema.ts";
import { presentUser } from "./user.view.ts";

const insertUserStatement = statement<{ id: string }>(
  "user.insertUser",
  `with person as (
     insert into users (handle, display_name, named_as) values ($1, $2, $2) on conflict (handle) do nothing
     returning id
   ), counts as (
     insert into user_counts (user_id) select id from person
   ), names as (
     ${insertNamesSql({ from: "person", userId: "person.id", parts: "$3::text[]", spellings: "$4::text[]" })}
   )
   select id from person`,
);

/**
 * Makes a person and their counter row; `handle` is canonical (`newHandleInput`). Throws user.handleTaken, and so it
 * does the second time. A concurrent rival waits for the first to commit.
 */
export async function insertUser(tx: Tx, input: { handle: string; displayName: string }): Promise<{ id: string }> {
  const row = await tx.maybe(insertUserStatement, [input.handle, input.displayName, ...valuesOfNames(input)]);
  if (row === null) throw new AppError("user.handleTaken");
  return row;
}

const handleIsTaken = statement<{ isTaken: boolean }>(
  "user.checkHandleIsTaken",
  `select exists (select from users where handle = $1) as "isTaken"`,
);

/**
 * Whether anyone could sign up with a canonical handle: neither reserved, nor anybody's (deleted people included), nor
 * held back for a while.
 */
export async function isHandleFree(
  deps: Pick<Deps, "db" | "config" | "clock">,
  input: { handle: string },
): Promise<boolean> {
  const { handle } = input;
  if (isReservedHandle(handle) || !hasDotsInside(handle)) return false;
  const [taken, isHeld] = await Promise.all([
    deps.db.sql.one(handleIsTaken, [handle]),
    isHandleHeld(deps.db.sql, { hashes: hashHandle(deps, handle), now: deps.clock.now() }),
  ]);
  return !taken.isTaken && !isHeld;
}

const selectIdByHandle = statement<{ id: string }>(
  "user.selectIdByHandle",
  `select id from users where handle = $1 and deleted_at is null`,
);

/** The id behind a handle however it is typed, or null. Says nothing of who may see that person. */
export async function findUserIdByHandle(deps: Pick<Deps, "db">, input: { handle: string }): Promise<string | null> {
  const handle = canonicalHandle(input.handle);
  if (handle === null) return null;
  return (await deps.db.sql.maybe(selectIdByHandle, [handle]))?.id ?? null;
}

/** The profile behind a handle, however it is typed, as the viewer (null = a stranger) may see it. Throws user.notFound. */
export async function findUserByHandle(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; handle: string },
): Promise<UserView> {
  const userId = await findUserIdByHandle(deps, input);
  if (userId === null) throw new AppError("user.notFound");
  return presentUser(deps, { viewerId: input.viewerId, userId });
}

const selectRole = statement<{ role: Role }>(
  "user.selectRole",
  `select role from users where id = $1 and deleted_at is null`,
);

/** A person's role as it is now, or null where there is no such person (any more). */
export async function findRole(sql: Sql, input: { userId: string }): Promise<Role | null> {
  return (await sql.maybe(selectRole, [input.userId]))?.role ?? null;
}

/** Gives a person a role, at once. Throws user.notFound. The second time changes nothing. */
export async function setRole(deps: Pick<Deps, "db">, input: { handle: string; role: Role }): Promise<void> {
  const handle = canonicalHandle(input.handle);
  if (handle === null) throw new AppError("user.notFound");
  const where = { handle, deletedAt: null };
  const changed = await deps.db.prisma.user.updateMany({ where, data: { role: input.role } });
  if (changed.count === 0) throw new AppError("user.notFound");
}

const updateSuspension = statement<never>(
  "user.setSuspended",
  `update users set suspended_at = case when $2 then clock_timestamp() end
   where id = $1 and deleted_at is null and (suspended_at is not null) <> $2`,
);

/**
 * Suspends a person, who is hidden everywhere from then on, or ends a suspension; answers whether that changed
 * anything. Who may do so is the caller's question, and so are the person's open streams.
 */
export async function setSuspended(tx: Tx, input: { userId: string; isSuspended: boolean }): Promise<boolean> {
  const { userId, isSuspended } = input;
  if ((await tx.run(updateSuspension, [userId, isSuspended])) === 0) return false;
  await insertFacts(tx, {
    facts: [{ fact: isSuspended ? "user.suspended" : "user.unsuspended", payload: { userId } }],
  });
  return true;
}

const updateDeleted = statement<never>(
  "user.markDeleted",
  `update users set deleted_at = clock_timestamp() where id = $1 and deleted_at is null`,
);

/**
 * Takes a person out of everyone's sight at once; the fact makes jobs remove what is theirs. Answers whether that
 * changed anything: the second time it does not. Locks the person, so that no follow is made meanwhile.
 */
export async function markDeleted(tx: Tx, input: { userId: string }): Promise<boolean> {
  const { userId } = input;
  await lockPeople(tx, { ids: [userId] });
  if ((await tx.run(updateDeleted, [userId])) === 0) return false;
  await insertFacts(tx, { facts: [{ fact: "user.deleted", payload: { userId } }] });
  return true;
}

const deleteRow = statement<never>("user.eraseUser", `delete from users where id = $1 and deleted_at is not null`);

/**
 * Removes the row of a person marked deleted, and with it every row that hangs on it. Whatever counts at others
 * (follows, posts, likes, comments) has been removed before. The second time changes nothing.
 */
export async function eraseUser(tx: Tx, input: { userId: string }): Promise<void> {
  await tx.run(deleteRow, [input.userId]);
}
