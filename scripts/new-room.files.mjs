// The texts of a new room's files, by path.

const api = "packages/api/src";

const model = ({ noun, pascal, table, words }) => `// What each ${words} is. Written by the room \`${noun}\`.

/// A ${words} of its owner's, whom alone it is shown.
model ${pascal} {
  id        BigInt   @id @default(dbgenerated("next_id()"))
  ownerId   BigInt   @map("owner_id")
  text      String
  createdAt DateTime @default(dbgenerated("clock_timestamp()")) @map("created_at") @db.Timestamptz(3)
  owner     User     @relation(fields: [ownerId], references: [id], onDelete: Cascade)

  @@index([ownerId, id(sort: Desc)])
  @@map("${table}")
}
`;

const migration = ({ table }) => `-- CreateTable
CREATE TABLE "${table}" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "owner_id" BIGINT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "${table}_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "${table}_owner_id_id_idx" ON "${table}"("owner_id", "id" DESC);

-- AddForeignKey
ALTER TABLE "${table}" ADD CONSTRAINT "${table}_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
`;

const schema = ({ noun, pascal }) => `// What goes into and comes out of the room \`${noun}\` on the wire.
import { z } from "zod";
import { idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";

export const create${pascal}Input = z.object({ text: textInput({ min: 1, max: 500 }) });
export const ${noun}IdInput = z.object({ ${noun}Id: idInput });
export const list${pascal}sInput = z.object(pageShape).prefault({});

export const ${noun}View = z.object({ id: idView, text: z.string(), createdAt: instantView });
export type ${pascal}View = z.infer<typeof ${noun}View>;
export const ${noun}PageView = pageView(${noun}View);
`;

const service = ({
  noun,
  pascal,
  words,
}) => `// Rules and writes of the room \`${noun}\`. Promise: a ${words} is shown to its owner alone, and only its owner deletes it.
import { z } from "zod";
import { type CursorKind, cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, ok, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { ${pascal}View } from "./${noun}.schema.ts";

type DbDeps = Pick<Deps, "db">;

interface ${pascal}Row {
  id: bigint;
  text: string;
  createdAt: Date;
}

function viewOf(row: ${pascal}Row): ${pascal}View {
  return { id: String(row.id), text: row.text, createdAt: row.createdAt.toISOString() };
}

/** Makes a ${words}. Each call makes another. */
export async function create${pascal}(deps: DbDeps, input: { actorId: string; text: string }): Promise<${pascal}View> {
  return viewOf(await deps.db.prisma.${noun}.create({ data: { ownerId: BigInt(input.actorId), text: input.text } }));
}

/** Deletes the actor's ${words}. One that is gone, or another's, is none: the second time changes nothing. */
export async function delete${pascal}(
  deps: DbDeps,
  input: { actorId: string; ${noun}Id: string },
): Promise<typeof ok> {
  await deps.db.prisma.${noun}.deleteMany({ where: { id: BigInt(input.${noun}Id), ownerId: BigInt(input.actorId) } });
  return ok;
}

/** One ${words} of the viewer's. Throws ${noun}.notFound. */
export async function find${pascal}(deps: DbDeps, input: { viewerId: string; ${noun}Id: string }): Promise<${pascal}View> {
  const row = await deps.db.prisma.${noun}.findFirst({
    where: { id: BigInt(input.${noun}Id), ownerId: BigInt(input.viewerId) },
  });
  if (row === null) throw new AppError("${noun}.notFound");
  return viewOf(row);
}

const cursorKind: CursorKind<{ id: string }> = { list: "${noun}.list", position: z.object({ id: idInput }) };

/** What the viewer has made, newest first. Throws cursor.invalid. */
export async function list${pascal}s(
  deps: DbDeps,
  input: PageRequest & { viewerId: string },
): Promise<Page<${pascal}View>> {
  const after = decodeCursor(cursorKind, { input: {}, cursor: input.cursor });
  const found = await deps.db.prisma.${noun}.findMany({
    where: { ownerId: BigInt(input.viewerId), ...(after === null ? {} : { id: { lt: BigInt(after.id) } }) },
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const { rows, nextCursor } = cutPage(found, {
    limit: input.limit,
    cursorAfter: (last) => encodeCursor(cursorKind, { input: {}, position: { id: String(last.id) } }),
  });
  return { items: rows.map(viewOf), nextCursor };
}
`;

const router = ({ noun, pascal }) => `// The wire of the room \`${noun}\`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { create${pascal}Input, list${pascal}sInput, ${noun}IdInput, ${noun}PageView, ${noun}View } from "./${noun}.schema.ts";
import { create${pascal}, delete${pascal}, find${pascal}, list${pascal}s } from "./${noun}.service.ts";

export const ${noun}Router = router({
  create: authedProcedure
    .input(create${pascal}Input)
    .output(${noun}View)
    .mutation(({ ctx, input }) => create${pascal}(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  delete: authedProcedure
    .input(${noun}IdInput)
    .output(okView)
    .mutation(({ ctx, input }) => delete${pascal}(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  byId: authedProcedure
    .meta({ errors: ["${noun}.notFound"] })
    .input(${noun}IdInput)
    .output(${noun}View)
    .query(({ ctx, input }) => find${pascal}(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  list: authedProcedure
    .input(list${pascal}sInput)
    .output(${noun}PageView)
    .query(({ ctx, input }) => list${pascal}s(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
});
`;

const serviceTest = ({ noun, pascal, words }) => `// The room \`${noun}\`: what its owner, and nobody else, can do.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { create${pascal}, delete${pascal}, find${pascal}, list${pascal}s } from "./${noun}.service.ts";

let deps: TestDeps;
let owner: TestPerson;
let stranger: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  [owner, stranger] = [await createPerson(deps), await createPerson(deps)];
});
afterAll(() => deps?.close());

test("a ${words} is found by its owner, and is not there for others", async () => {
  const made = await create${pascal}(deps, { actorId: owner.id, text: "first" });
  expect(await find${pascal}(deps, { viewerId: owner.id, ${noun}Id: made.id })).toEqual(made);
  const asStranger = find${pascal}(deps, { viewerId: stranger.id, ${noun}Id: made.id });
  await expect(asStranger).rejects.toMatchObject({ code: "${noun}.notFound" });
});

test("another's delete changes nothing, the owner's ends it, and the second changes nothing", async () => {
  const { id } = await create${pascal}(deps, { actorId: owner.id, text: "gone soon" });
  await delete${pascal}(deps, { actorId: stranger.id, ${noun}Id: id });
  expect(await find${pascal}(deps, { viewerId: owner.id, ${noun}Id: id })).toMatchObject({ id });
  for (let time = 1; time <= 2; time += 1) await delete${pascal}(deps, { actorId: owner.id, ${noun}Id: id });
  await expect(find${pascal}(deps, { viewerId: owner.id, ${noun}Id: id })).rejects.toMatchObject({
    code: "${noun}.notFound",
  });
});

test("pages show each once, newest first, and none of another's", async () => {
  const person = await createPerson(deps);
  const ids: string[] = [];
  for (const text of ["a", "b", "c"]) ids.unshift((await create${pascal}(deps, { actorId: person.id, text })).id);
  const first = await list${pascal}s(deps, { viewerId: person.id, limit: 2 });
  const second = await list${pascal}s(deps, { viewerId: person.id, limit: 2, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map((item) => item.id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});
`;

/** path → text, for a noun in all its spellings. */
export function listRoomFiles(names) {
  const { noun, migration: number } = names;
  const snake = names.table.slice(0, -1);
  return {
    [`prisma/models/${noun}.prisma`]: model(names),
    [`prisma/migrations/${number}_${snake}/migration.sql`]: migration(names),
    [`${api}/${noun}/${noun}.schema.ts`]: schema(names),
    [`${api}/${noun}/${noun}.service.ts`]: service(names),
    [`${api}/${noun}/${noun}.router.ts`]: router(names),
    [`${api}/${noun}/${noun}.service.test.ts`]: serviceTest(names),
  };
}
