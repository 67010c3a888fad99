// What moderators look through: the queue, one case with all that is known of it. Promise: nobody
// reads of a case about themselves, and so never who reported them.
import { type Statement, statement } from "@pixora/db";
import { z } from "zod";
import { isReversed, subjectOf } from "../decision/decision.view.ts";
import { imageOf, type StoredPicture } from "../media/media.picture.ts";
import { type CursorKind, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserSummary } from "../user/user.schema.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import { type DecisionRow, decisionColumns, peopleOfDecision, toLogEntry } from "./moderation.log.ts";
import type { CaseDetailView, CaseView, EvidenceView } from "./moderation.schema.ts";
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

/** A place in the queue, or, among closed cases, the id alone. */
const casesKind: CursorKind<[number, string]> = { list: "moderation.cases", position: z.tuple([z.number(), idInput]) };

const selectOpen: Statement<CaseRow> = statement(
  "moderation.listOpenCases",
  `select ${caseColumns} from cases
   where state = 'open' and user_id <> $1
     and ($2::float8 is null or priority < $2 or (priority = $2 and id > $3::bigint))
   order by priority desc, id limit $4`,
);
const selectClosed: Statement<CaseRow> = statement(
  "moderation.listClosedCases",
  `select ${caseColumns} from cases where state = 'closed' and user_id <> $1 and ($2::bigint is null or id < $2)
   order by id desc limit $3`,
);

/** Open cases, the most urgent first, or closed ones, newest first; none about the viewer. Throws cursor.invalid. */
export async function listCases(
  deps: ViewDeps,
  input: PageRequest & { viewerId: string; state: CaseView["state"] },
): Promise<Page<CaseView>> {
  const { viewerId, state, limit } = input;
  const [priority, id] = decodeCursor(casesKind, { input: { state }, cursor: input.cursor }) ?? [null, null];
  const rows =
    state === "open"
      ? await deps.db.sql.many(selectOpen, [viewerId, priority, id, limit + 1])
      : await deps.db.sql.many(selectClosed, [viewerId, id, limit + 1]);
  const cursorAfter = (last: { id: string; priority: number }) =>
    encodeCursor(casesKind, { input: { state }, position: [last.priority, last.id] });
  const page = cutPage(rows, { limit, cursorAfter });
  const people = await presentUserSummaries(deps, { ids: page.rows.flatMap(peopleOfCase) });
  const items = page.rows.map((row) => toCaseView(deps, row, { viewerId, people }));
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh: () => 8_000, cursorAfter });
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
   where decision_id = $2::bigint or ($2::bigint is null and decision_id in (select id from decisions where case_id = $1))
   order by decision_id desc limit 1`,
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
