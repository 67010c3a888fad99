// One case with all that is known of it, and what can be done about it.
import { isPixoraError } from "@pixora/client";
import { Link, useParams } from "@tanstack/react-router";
import { px, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import type { CaseDetail } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Time } from "../../parts/time.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { NotFoundScreen } from "../not-found.tsx";
import { EvidenceList } from "./evidence.tsx";
import { forStaff } from "./frame.tsx";
import { DecisionEntry } from "./log-entry.tsx";
import css from "./moderation.module.css";
import { kindOf, saySubject } from "./subject.tsx";
import { Verdict } from "./verdict.tsx";

const say = moderationWords.case;
/** How often it is looked whether another moderator has taken or decided it. */
const everyMs = 15_000;

export const CaseScreen = forStaff(function Case() {
  const { caseId = "" } = useParams({ strict: false });
  return <CaseOf key={caseId} caseId={caseId} />;
});

function CaseOf({ caseId }: { caseId: string }) {
  const { data, error, refetch } = useOne(px.moderation.case.queryOptions({ caseId }), { refetchInterval: everyMs });
  if (data !== undefined) return <Known one={data} />;
  const isNone = isPixoraError(error, "moderation.notFound") || isPixoraError(error, "input.invalid");
  if (isNone) return <NotFoundScreen />;
  return (
    <Page title={moderationWords.title} width="wide" hasBack>
      <div className={css.frame}>
        {error ? <ErrorNote failure={failureOf(error)} onRetry={() => void refetch()} /> : <WaitingRows count={5} />}
      </div>
    </Page>
  );
}

function Known({ one }: { one: CaseDetail }) {
  const { kind, subject } = one;
  const title = say.title(moderationWords.kinds[kind], moderationWords.subjects[kindOf(subject)]);
  return (
    <Page title={title} width="wide" hasBack>
      <div className={css.case}>
        <div className={css.facts}>
          <Person one={one} />
          {one.appeal !== null && <Appeal appeal={one.appeal} />}
          <EvidenceList evidence={one.evidence} />
          <Reports reports={one.reports} />
          <Decisions one={one} />
        </div>
        <div className={css.act}>
          <Verdict one={one} />
        </div>
      </div>
    </Page>
  );
}

function Person({ one }: { one: CaseDetail }) {
  const { user, subject, strikeCount, reporterCount, isHeld, openedAt } = one;
  const place =
    "postId" in subject
      ? ({ to: "/posts/$postId", params: { postId: subject.postId } } as const)
      : user !== null && "userId" in subject
        ? ({ to: "/users/$handle", params: { handle: user.handle } } as const)
        : null;
  return (
    <section className={css.person}>
      {user !== null && <Avatar user={user} size="l" />}
      <div>
        <h2>{saySubject(one)}</h2>
        <p className={css.soft}>
          {moderationWords.reporters(reporterCount)} · {say.strikes(strikeCount)} · <Time at={openedAt} />
        </p>
        {isHeld && <span className={css.chip}>{moderationWords.held}</span>}
        {place !== null && (
          <Link {...place} className={css.link}>
            {say.open}
          </Link>
        )}
      </div>
    </section>
  );
}

function Appeal({ appeal }: { appeal: NonNullable<CaseDetail["appeal"]> }) {
  const { text, state, reply, isSameModerator, createdAt } = appeal;
  return (
    <section className={css.block}>
      <h2>{say.appeal}</h2>
      <p className={css.soft}>
        {say.appealStates[state]} · <Time at={createdAt} />
      </p>
      <blockquote dir="auto">{text}</blockquote>
      {reply !== null && (
        <>
          <p className={css.soft}>{say.reply}</p>
          <blockquote dir="auto">{reply}</blockquote>
        </>
      )}
      {isSameModerator && <p className={css.soft}>{say.sameModerator}</p>}
    </section>
  );
}

function Reports({ reports }: Pick<CaseDetail, "reports">) {
  return (
    <section className={css.block}>
      <h2>{say.reports(reports.length)}</h2>
      {reports.length === 0 && <p className={css.soft}>{say.noReports}</p>}
      <ul className={css.entries}>
        {reports.map(({ id, reporter, reason, note, createdAt }) => (
          <li key={id}>
            <strong dir="auto">{reason}</strong>
            <small className={css.soft}>
              {reporter === null ? moderationWords.gone : `@${reporter.handle}`} · <Time at={createdAt} />
            </small>
            {note !== "" && <p dir="auto">{note}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decisions({ one }: { one: CaseDetail }) {
  const reversed = new Set(one.decisions.map(({ reversesId }) => reversesId));
  return (
    <section className={css.block}>
      <h2>{say.decisions}</h2>
      {one.decisions.length === 0 && <p className={css.soft}>{say.noDecisions}</p>}
      <ul className={css.entries}>
        {one.decisions.map((entry) => (
          <li key={entry.id}>
            <DecisionEntry entry={entry} isReversed={reversed.has(entry.id)} canReverse />
          </li>
        ))}
      </ul>
    </section>
  );
}
