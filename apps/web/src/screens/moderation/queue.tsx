// The cases that wait, the most urgent first, and those that are over, newest first.
import { Link } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { px, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import type { Case } from "../../app/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { Time } from "../../parts/time.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { Frame, forStaff } from "./frame.tsx";
import css from "./moderation.module.css";
import { saySubject } from "./subject.tsx";

const say = moderationWords;
const priorities = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

export const QueueScreen = forStaff(function Queue() {
  return (
    <Frame title={say.title}>
      <Cases state="open" />
    </Frame>
  );
});

export const ClosedScreen = forStaff(function Closed() {
  return (
    <Frame title={say.title}>
      <Cases state="closed" />
    </Frame>
  );
});

function Cases({ state }: { state: Case["state"] }) {
  const list = useList(px.moderation.cases.infiniteOptions({ state }));
  const { items, error, isPending, retry } = list;
  if (isPending) return <WaitingRows count={5} />;
  if (error !== null && items.length === 0) return <ErrorNote failure={failureOf(error)} onRetry={retry} />;
  if (items.length === 0) {
    const { none, noneText, noneClosed } = say.queue;
    const words = state === "open" ? { title: none, text: noneText } : { title: noneClosed };
    return <Empty icon={<ShieldCheck size={28} />} {...words} />;
  }
  return (
    <>
      <ul className={css.rows}>
        {items.map((one) => (
          <li key={one.id}>
            <CaseRow one={one} />
          </li>
        ))}
      </ul>
      <More {...list} />
    </>
  );
}

function CaseRow({ one }: { one: Case }) {
  const { kind, reporterCount, priority, isHeld, openedAt, closedAt, outcome, lease, state } = one;
  return (
    <Link to="/moderation/cases/$caseId" params={{ caseId: one.id }} className={css.row}>
      <span className={css.chip} data-kind={kind}>
        {say.kinds[kind]}
      </span>
      <span className={css.what}>
        <strong>{saySubject(one)}</strong>
        <small>
          {kind === "report" && `${say.reporters(reporterCount)} · `}
          {state === "open" && `${say.priority(priorities.format(priority))} · `}
          <Time at={closedAt ?? openedAt} />
        </small>
      </span>
      <span className={css.marks}>
        {isHeld && <span className={css.chip}>{say.held}</span>}
        {outcome !== null && <span className={css.chip}>{say.outcomes[outcome]}</span>}
        {lease !== null && <span className={css.chip}>{sayLease(lease)}</span>}
      </span>
    </Link>
  );
}

function sayLease({ isMine, moderator }: NonNullable<Case["lease"]>): string {
  if (isMine) return say.queue.takenByYou;
  return moderator === null ? say.queue.takenByOther : say.queue.takenBy(moderator.displayName);
}
