// Lists of people by relation (followers, requests, blocks, mutes): keyset pages over the relation's id, newest first.
// Promise: who stands in the list throughout a walk comes exactly once; who may not be seen is left out of the page.
import { maxId, type Statement, statement } from "@pixora/db";
import { cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserCard } from "./user.schema.ts";
import { presentUserCards } from "./user.view.ts";

interface RelationRow {
  /** The relation's own id: its place in the list. */
  id: string;
  userId: string;
}

/** A list of people: its name in cursors and how one page of it is read. */
export interface PeopleList {
  name: string;
  select: Statement<RelationRow>;
}

interface PeopleListParts {
  /** The name in cursors: those that clients hold outlive a release. */
  name: string;
  /** The name of the statement. */
  select: string;
  table: string;
  owner: string;
  other: string;
}

/** A list of who stands at the other end of a relation: of `table`, the rows whose `owner` column is one person. */
export function peopleList(input: PeopleListParts): PeopleList {
  const { name, select: selectName, table, owner, other } = input;
  const select = statement<RelationRow>(
    selectName,
    `select r.id, r.${other} as "userId" from ${table} r
     where r.${owner} = $1 and r.id < coalesce($2::bigint, ${maxId})
     order by r.id desc limit $3`,
  );
  return { name, select };
}

/** A page of a list as the viewer may see it. Throws cursor.invalid. */
export async function listPeople(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { list: PeopleList; ownerId: string; viewerId: string; includesBlocked?: boolean },
): Promise<Page<UserCard>> {
  const kind = { list: input.list.name, position: idInput };
  const binding = { ownerId: input.ownerId };
  const before = decodeCursor(kind, { input: binding, cursor: input.cursor });
  const rows = await deps.db.sql.many(input.list.select, [input.ownerId, before, input.limit + 1]);
  const page = cutPage(rows, {
    limit: input.limit,
    cursorAfter: (last) => encodeCursor(kind, { input: binding, position: last.id }),
  });
  const items = await presentUserCards(deps, {
    viewerId: input.viewerId,
    ids: page.rows.map((row) => row.userId),
    includesBlocked: input.includesBlocked ?? false,
  });
  return { items, nextCursor: page.nextCursor };
}
