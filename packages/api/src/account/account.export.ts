// Data exports: one JSON archive of all that is a person's, made by a job, kept in PostgreSQL until its link expires.
// Promises: the archive is whole or not there; the link is a MAC over its row, and dies with it, or once its person has
// ended what was held of the account (credentials.held_since, written by auth).

import { type Sql, statement, type Tx } from "@pixora/db";
import type { Fact } from "@pixora/jobs";
import { deleteExpired, deleteExpiredStatement } from "../platform/flow/delete-expired.ts";
import { commitFacts, insertFacts, recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { readSignedId, signedIdIsRight, writeSignedId } from "../platform/secret/key.ts";
import { type ExportSection, exportSections } from "./account.export.sections.ts";
import type { ExportView } from "./account.schema.ts";

/** How long a finished archive can be fetched. */
export const exportLifeMs = 24 * 60 * 60_000;
/** A second request within this time is answered with the archive that is there, or under way. */
export const exportRestMs = 60 * 60_000;

interface ExportRecord {
  id: string;
  userId: string;
  state: "running" | "ready" | "failed";
  requestedAt: Date;
  expiresAt: Date | null;
}

const columns = `id, user_id as "userId", state, requested_at as "requestedAt", expires_at as "expiresAt"`;

/** SQL text: nothing has ended the archive since it was asked for, and its person is still there. */
const isHeld = `exists (select from credentials c where c.user_id = exports.user_id
                        and (c.held_since is null or c.held_since < exports.requested_at))`;

const selectExport = statement<ExportRecord>(
  "account.selectExport",
  `select ${columns} from exports where user_id = $1 and ${isHeld}`,
);

// Also the lock of rival requests: the second waits, and then finds the first one's row.
const lockCredential = statement<{ userId: string }>(
  "account.lockForExport",
  `select user_id as "userId" from credentials where user_id = $1 for no key update`,
);
const deleteExport = statement<never>("account.deleteExport", `delete from exports where user_id = $1`);
const insertExport = statement<ExportRecord>(
  "account.insertExport",
  `insert into exports (user_id, requested_at) values ($1, $2) returning ${columns}`,
);

/** Has an archive made. The second time within an hour answers the first; later it replaces it, link and all. */
export async function requestExport(deps: Deps, input: { actorId: string }): Promise<ExportView> {
  const { actorId } = input;
  const now = deps.clock.now();
  const record = await commitFacts(deps, async (tx) => {
    await tx.one(lockCredential, [actorId]);
    const present = await tx.maybe(selectExport, [actorId]);
    const isFresh = present !== null && now.getTime() - present.requestedAt.getTime() < exportRestMs;
    if (present !== null && isFresh && present.state !== "failed") return present;
    await tx.run(deleteExport, [actorId]);
    await insertFacts(tx, { facts: [{ fact: "auth.exportRequested", payload: { userId: actorId } }] });
    return tx.one(insertExport, [actorId, now]);
  });
  return viewOf(deps, record);
}

/** How the person's archive stands, with its link once it is ready. */
export async function presentExport(deps: Deps, input: { viewerId: string }): Promise<ExportView> {
  return viewOf(deps, await deps.db.sql.maybe(selectExport, [input.viewerId]));
}

function viewOf(deps: Deps, record: ExportRecord | null): ExportView {
  const now = deps.clock.now();
  if (record === null || (record.expiresAt !== null && record.expiresAt <= now)) {
    return { state: "none", url: null, expiresAt: null };
  }
  if (record.state !== "ready" || record.expiresAt === null) {
    // A job that gave up leaves "running" behind: after an hour nobody works on it.
    const isStuck = now.getTime() - record.requestedAt.getTime() >= exportRestMs;
    return { state: isStuck ? "failed" : record.state, url: null, expiresAt: null };
  }
  const token = writeSignedId(deps, { purpose: "export.v1", id: record.id, parts: [record.userId] });
  const url = `${deps.config.PUBLIC_URL}/export/${token}`;
  return { state: "ready", url, expiresAt: record.expiresAt.toISOString() };
}

const lockRunning = statement<{ id: string }>(
  "account.lockRunningExport",
  `select id from exports where user_id = $1 and state = 'running' for update`,
);
const finishExport = statement<never>(
  "account.finishExport",
  `update exports set state = 'ready', expires_at = $2 where id = $1`,
);

/** Makes the archives of these requests. What is made, or no longer wanted, is passed over: the second time too. */
export async function makeExports(
  deps: Deps,
  input: { facts: readonly Fact<"auth.exportRequested">[] },
): Promise<void> {
  for (const fact of input.facts) {
    const { userId } = fact.payload;
    await deps.db.inTransaction(async (tx) => {
      const running = await tx.maybe(lockRunning, [userId]);
      if (running !== null) {
        await writeArchive(tx, { exportId: running.id, userId, now: deps.clock.now() });
        const expiresAt = new Date(deps.clock.now().getTime() + exportLifeMs);
        await tx.run(finishExport, [running.id, expiresAt]);
      }
      recordDone(tx, { job: "auth.makeExports", factIds: [fact.id] });
    });
  }
}

const insertPart = statement<never>(
  "account.insertExportPart",
  `insert into export_parts (export_id, position, content) values ($1, $2, $3)`,
);

const rowsAtOnce = 500;
const partChars = 256 * 1024;

// Streamed in both directions: neither a page of rows nor a part of the document is ever large.
async function writeArchive(tx: Tx, input: { exportId: string; userId: string; now: Date }): Promise<void> {
  const { exportId, userId, now } = input;
  let position = 0;
  let content = "";
  for await (const piece of writeDocument(tx, { userId, now })) {
    content += piece;
    if (content.length < partChars) continue;
    await tx.run(insertPart, [exportId, position, content]);
    position += 1;
    content = "";
  }
  await tx.run(insertPart, [exportId, position, content]);
}

async function* writeDocument(tx: Tx, input: { userId: string; now: Date }): AsyncGenerator<string> {
  yield `{\n"exportedAt": ${JSON.stringify(input.now.toISOString())}`;
  for (const section of exportSections) {
    yield `,\n${JSON.stringify(section.name)}: [`;
    yield* writeSection(tx, { section, userId: input.userId });
    yield "]";
  }
  yield "\n}\n";
}

async function* writeSection(tx: Tx, input: { section: ExportSection; userId: string }): AsyncGenerator<string> {
  let last = { key: "0", tie: "0" };
  for (let isFirst = true; ; ) {
    const rows = await tx.many(input.section.select, [input.userId, last.key, last.tie, rowsAtOnce]);
    for (const row of rows) {
      yield `${isFirst ? "\n" : ",\n"}${row.entry}`;
      isFirst = false;
      last = row;
    }
    if (rows.length < rowsAtOnce) return;
  }
}

const selectReady = statement<ExportRecord>(
  "account.selectReadyExport",
  `select ${columns} from exports where id = $1 and state = 'ready' and expires_at > $2 and ${isHeld}`,
);

/** An archive on its way out. */
export interface ExportFile {
  fileName: string;
  contentType: string;
  expiresAt: Date;
  /** The document's text, piece by piece. */
  content: AsyncIterable<string>;
}

/** The archive behind a link; null where the link is wrong, or the archive has expired or gone. */
export async function readExport(deps: Deps, input: { token: string }): Promise<ExportFile | null> {
  const { token } = input;
  const id = readSignedId(token);
  const record = id === null ? null : await deps.db.sql.maybe(selectReady, [id, deps.clock.now()]);
  if (record === null || record.expiresAt === null) return null;
  if (!signedIdIsRight(deps, { purpose: "export.v1", token, parts: [record.userId] })) return null;
  return {
    fileName: `pixora-export-${record.requestedAt.toISOString().slice(0, 10)}.json`,
    contentType: "application/json; charset=utf-8",
    expiresAt: record.expiresAt,
    content: readParts(deps, record.id),
  };
}

// One part at a time: a slow reader holds 256 KiB of this process and no connection.
async function* readParts(deps: Deps, exportId: string): AsyncGenerator<string> {
  for (let position = 0; ; position += 1) {
    const where = { exportId_position: { exportId: BigInt(exportId), position } };
    const part = await deps.db.prisma.exportPart.findUnique({ where, select: { content: true } });
    if (part === null) return;
    yield part.content;
  }
}

// Its parts go along.
const deleteExpiredExportsStatement = deleteExpiredStatement("account.deleteExpiredExports", {
  table: "exports",
  key: "id",
});

/** Deletes archives that have expired, in bounded steps. The second time finds nothing. */
export function deleteExpiredExports(sql: Pick<Sql, "run">, input: { now: Date }): Promise<void> {
  return deleteExpired(sql, { statement: deleteExpiredExportsStatement, now: input.now });
}
