// What moderators look through: the queue, one case with all that is known of it, the log of decisions. Promise: nobody
// reads of a case about themselves, and so never who reported them.
import { type Statement, statement } from "@pixora/db";
import { z } from "zod";
import type { DecisionView } from "../decision/decision.schema.ts";
import { isReversed, presentDecisions, subjectOf } from "../decision/decision.view.ts";
import { imageOf, type StoredPicture } from "../media/media.picture.ts";
import {
  bytesOfText,
  type CursorKind,
  cutPage,
  decodeCursor,
  encodeCursor,
  endEarly,
} from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserSummary } from "../user/user.schema.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import type { CaseDetailView, CaseView, EvidenceView, LogEntryView } from "./moderation.schema.ts";
import type { AuthorCard, SaidMessage } from "./moderation.subject.ts";

type ViewDeps = Pick<Deps, "db" | "storage" | "clock">;

interface CaseRow {
  id: string;
  kind: CaseView["kind"];
  state: CaseView["state"];
  userId: string;
  postId: string | null;
  commentId: string | null;
  messageKey: string | null;
  decisionId: string | null;
  reporterCount: number;
  priority: number;
  isHeld: boolean;
  openedAt: Date;
  closedAt: Date | null;
  outcome: CaseView["outcome"];
  leaseBy: string | null;
  leasedUntil: Date | null;
}

const caseColumns = `id, kind, state, user_id as "userId", post_id as "postId", comment_id as "commentId", message_key as "messageKey",
  decision_id as "decisionId", reporter_count as "reporterCount", priority, held_at is not null as "isHeld",
  opened_at as "openedAt", closed_at as "closedAt", outcome, lease_by as "leaseBy", leased_until as "leasedUntil"`;

const shownOfCase = {
  id: true,
  kind: true,
  state: true,
  userId: true,
  postId: true,
  commentId: true,
  messageKey: true,
  decisionId: true,
  reporterCount: true,
  priority: true,
  heldAt: true,
  openedAt: true,
  closedAt: true,
  outcome: true,
  leaseBy: true,
  leasedUntil: true,
} as const;

/** A place in the queue, or, among closed cases, the id alone. */
const casesKind: CursorKind<[number, string]> = { list: "moderation.cases", position: z.tuple([z.number(), idInput]) };

/** Open cases, the most urgent first, or closed ones, newest first; none about the viewer. Throws cursor.invalid. */
export async function listCases(
  deps: ViewDeps,
  input: PageRequest & { viewerId: string; state: CaseView["state"] },
): Promise<Page<CaseView>> {
  const { viewerId, state, limit } = input;
  const [priority, id] = decodeCursor(casesKind, { input: { state }, cursor: input.cursor }) ?? [];
  const isOpen = state === "open";
  const below =
    priority === undefined || id === undefined
      ? {}
      : isOpen
        ? { OR: [{ priority: { lt: priority } }, { priority, id: { gt: BigInt(id) } }] }
        : { id: { lt: BigInt(id) } };
  const found = await deps.db.prisma.moderationCase.findMany({
    where: { state, userId: { not: BigInt(viewerId) }, ...below },
    orderBy: isOpen ? [{ priority: "desc" }, { id: "asc" }] : { id: "desc" },
    take: limit + 1,
    select: shownOfCase,
  });
  const rows = found.map(({ heldAt, ...row }) => textIds({ ...row, isHeld: heldAt !== null }) as CaseRow);
  const cursorAfter = (last: { id: string; priority: number }) =>
    encodeCursor(casesKind, { input: { state }, position: [last.priority, last.id] });
  const page = cutPage(rows, { limit, cursorAfter });
  const people = await presentUserSummaries(deps, { ids: page.rows.flatMap(peopleOfCase) });
  const items = page.rows.map((row) => toCaseView(deps, row, { viewerId, people }));
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh: () => 8_000, cursorAfter });
}

type TextIds<Row> = {
  [Key in keyof Row]: Row[Key] extends bigint ? string : Row[Key] extends bigint | null ? string | null : Row[Key];
};

function textIds<Row extends object>(row: Row): TextIds<Row> {
  const entries = Object.entries(row).map(([key, value]) => [key, typeof value === "bigint" ? `${value}` : value]);
  return Object.fromEntries(entries) as TextIds<Row>;
}

type People = ReadonlyMap<string, UserSummary>;

function peopleOfCase(row: CaseRow): string[] {
  return row.leaseBy === null ? [row.userId] : [row.userId, row.leaseBy];
}

function toCaseView(
  deps: Pick<Deps, "clock">,
  row: CaseRow,
  { viewerId, people }: { viewerId: string; people: People },
): CaseView {
  const { leaseBy, leasedUntil } = row;
  const isLeased = leaseBy !== null && leasedUntil !== null && leasedUntil > deps.clock.now();
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    subject: subjectOf(row),
    user: people.get(row.userId) ?? null,
    reporterCount: row.reporterCount,
    priority: row.priority,
    isHeld: row.isHeld,
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    outcome: row.outcome,
    lease: isLeased
      ? { moderator: people.get(leaseBy) ?? null, until: leasedUntil.toISOString(), isMine: leaseBy === viewerId }
      : null,
    decisionId: row.decisionId,
  };
}

interface DecisionRow {
  id: string;
  caseId: string;
  cause: LogEntryView["cause"];
  action: LogEntryView["action"];
  userId: string;
  postId: string | null;
  commentId: string | null;
  messageKey: string | null;
  moderatorId: string | null;
  rule: string;
  text: string;
  note: string;
  until: Date | null;
  reversesId: string | null;
  createdAt: Date;
}

const decisionColumns = `id, case_id as "caseId", cause, action, user_id as "userId", post_id as "postId",
  comment_id as "commentId", message_key as "messageKey", moderator_id as "moderatorId", rule, text, note, until, reverses_id as "reversesId",
  created_at as "createdAt"`;

const selectLog: Statement<DecisionRow> = statement(
  "moderation.listLog",
  `select ${decisionColumns} from decisions where user_id <> $1 and ($2::bigint is null or id < $2)
   order by id desc limit $3`,
);

const logKind = { list: "moderation.log", position: idInput };

/** All decisions, newest first; none about the viewer. Throws cursor.invalid. */
export async function listLog(deps: ViewDeps, input: PageRequest & { viewerId: string }): Promise<Page<LogEntryView>> {
  const before = decodeCursor(logKind, { input: {}, cursor: input.cursor });
  const rows = await deps.db.sql.many(selectLog, [input.viewerId, before, input.limit + 1]);
  const cursorAfter = (last: { id: string }) => encodeCursor(logKind, { input: {}, position: last.id });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const people = await presentUserSummaries(deps, { ids: page.rows.flatMap(peopleOfDecision) });
  const items = page.rows.map((row) => toLogEntry(row, people));
  const weigh = (item: LogEntryView) =>
    8_000 + bytesOfText(item.rule) + bytesOfText(item.text) + bytesOfText(item.note);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh, cursorAfter });
}

function peopleOfDecision(row: DecisionRow): string[] {
  return row.moderatorId === null ? [row.userId] : [row.userId, row.moderatorId];
}

function toLogEntry(row: DecisionRow, people: People): LogEntryView {
  const { id, caseId, cause, action, rule, text, note, reversesId } = row;
  return {
    id,
    caseId,
    cause,
    action,
    subject: subjectOf(row),
    user: people.get(row.userId) ?? null,
    moderator: row.moderatorId === null ? null : (people.get(row.moderatorId) ?? null),
    rule,
    text,
    note,
    until: row.until?.toISOString() ?? null,
    reversesId,
    createdAt: row.createdAt.toISOString(),
  };
}

interface EvidenceRow {
  decisionId: string | null;
  takenAt: Date;
  text: string;
  author: AuthorCard;
  pictures: StoredPicture[];
  messages: SaidMessage[];
}

const selectCase: Statement<CaseRow & { strikeCount: number }> = statement(
  "moderation.selectCase",
  `select ${caseColumns}, (
     select count(*)::int from decisions decision
     where decision.user_id = cases.user_id and decision.action not in ('dismiss', 'reverse')
       and decision.created_at > clock_timestamp() - interval '1 year'
       and not ${isReversed("decision")}) as "strikeCount"
   from cases where id = $1`,
);
// An appeal is read with what the decision was made of.
const ofCaseOrAppealed = "case_id in ($1, (select case_id from decisions where id = $2::bigint))";
const selectEvidence: Statement<EvidenceRow> = statement(
  "moderation.selectEvidence",
  `select decision_id as "decisionId", taken_at as "takenAt", text, author, pictures, messages from evidence
   where ${ofCaseOrAppealed} order by id limit 50`,
);
const selectDecisions: Statement<DecisionRow> = statement(
  "moderation.selectDecisions",
  `select ${decisionColumns} from decisions where ${ofCaseOrAppealed} order by id limit 200`,
);
const selectAppeal: Statement<{
  text: string;
  state: "open" | "upheld" | "overturned";
  reply: string | null;
  isSameModerator: boolean;
  createdAt: Date;
}> = statement(
  "moderation.selectAppealOfCase",
  `select text, state, reply, is_same_moderator as "isSameModerator", created_at as "createdAt" from appeals
   where decision_id = $2::bigint or decision_id in (select id from decisions where case_id = $1) limit 1`,
);

/** One case with all that is known of it. Throws moderation.notFound, also for a case about the viewer. */
export async function presentCase(
  deps: ViewDeps,
  input: { viewerId: string; caseId: string },
): Promise<CaseDetailView> {
  const { viewerId, caseId } = input;
  const row = await deps.db.sql.maybe(selectCase, [caseId]);
  if (row === null || row.userId === viewerId) throw new AppError("moderation.notFound");
  const of = [caseId, row.decisionId];
  const [reports, evidence, decisions, appeal] = await Promise.all([
    deps.db.prisma.report.findMany({
      where: { caseId: BigInt(caseId) },
      orderBy: { id: "desc" },
      take: 50,
      select: { id: true, reporterId: true, reason: true, note: true, createdAt: true },
    }),
    deps.db.sql.many(selectEvidence, of),
    deps.db.sql.many(selectDecisions, of),
    deps.db.sql.maybe(selectAppeal, of),
  ]);
  const ids = [
    ...peopleOfCase(row),
    ...decisions.flatMap(peopleOfDecision),
    ...reports.map((one) => `${one.reporterId}`),
  ];
  const people = await presentUserSummaries(deps, { ids });
  return {
    ...toCaseView(deps, row, { viewerId, people }),
    reports: reports.map(({ id, reporterId, reason, note, createdAt }) => ({
      id: `${id}`,
      reporter: people.get(`${reporterId}`) ?? null,
      reason,
      note,
      createdAt: createdAt.toISOString(),
    })),
    evidence: evidence.map((one) => toEvidenceView(deps, one)),
    decisions: decisions.map((one) => toLogEntry(one, people)),
    appeal: appeal === null ? null : { ...appeal, createdAt: appeal.createdAt.toISOString() },
    strikeCount: row.strikeCount,
  };
}

function toEvidenceView(deps: Pick<Deps, "storage">, row: EvidenceRow): EvidenceView {
  const { decisionId, takenAt, text, author, pictures } = row;
  return {
    decisionId,
    takenAt: takenAt.toISOString(),
    text,
    author,
    pictures: pictures.map((picture) => imageOf(deps.storage, picture, { isPublic: false })),
    messages: row.messages,
    isBlurred: true,
  };
}

const ownKind = { list: "moderation.decisions", position: idInput };

/** The decisions about the viewer, newest first; dismissals are none of them. Throws cursor.invalid. */
export async function listOwnDecisions(
  deps: ViewDeps,
  input: PageRequest & { viewerId: string },
): Promise<Page<DecisionView>> {
  const before = decodeCursor(ownKind, { input: {}, cursor: input.cursor });
  const rows = await deps.db.prisma.decision.findMany({
    where: {
      userId: BigInt(input.viewerId),
      action: { notIn: ["dismiss", "reverse"] },
      ...(before === null ? {} : { id: { lt: BigInt(before) } }),
    },
    orderBy: { id: "desc" },
    take: input.limit + 1,
    select: { id: true },
  });
  const cursorAfter = (last: { id: string | bigint }) => encodeCursor(ownKind, { input: {}, position: `${last.id}` });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const items = await presentDecisions(deps, { ids: page.rows.map((row) => `${row.id}`) });
  const weigh = (item: DecisionView) => 8_000 + bytesOfText(item.text) + bytesOfText(item.rule);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh, cursorAfter });
}
