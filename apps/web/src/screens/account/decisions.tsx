// What moderators have decided about oneself: what, why, until when, and the one appeal against it.
import { Link } from "@tanstack/react-router";
import { Scale } from "lucide-react";
import { useState } from "react";
import { px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { forMembers } from "../../app/for-members.tsx";
import type { Decision } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { More } from "../../parts/more.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { sayDay } from "../../words/dates.ts";
import { moderationWords } from "../../words/en.moderation.ts";
import css from "./decisions.module.css";

const say = moderationWords.own;

export const DecisionsScreen = forMembers(function Decisions() {
  return (
    <Page title={say.title} hasBack>
      <div className={css.page}>
        <p className={css.soft}>{say.intro}</p>
        <DecisionList />
      </div>
    </Page>
  );
});

/** `isSuspended`: the posts that decisions are about cannot be opened then. */
export function DecisionList({ isSuspended = false }: { isSuspended?: boolean }) {
  const list = useList(px.moderation.decisions.infiniteOptions());
  const { items, error, isPending, retry, newCount, showNew } = list;
  if (isPending) return <WaitingRows count={3} />;
  if (error !== null && items.length === 0) return <ErrorNote failure={failureOf(error)} onRetry={retry} />;
  if (items.length === 0 && newCount === 0) {
    return <Empty icon={<Scale size={28} />} title={say.none} text={say.noneText} />;
  }
  return (
    <>
      {newCount > 0 && <Button onClick={showNew}>{say.newer(newCount)}</Button>}
      <ul className={css.list}>
        {items.map((decision) => (
          <li key={decision.id}>
            <One decision={decision} isSuspended={isSuspended} onAppealed={retry} />
          </li>
        ))}
      </ul>
      <More {...list} />
    </>
  );
}

function titleOf({ action, subject }: Decision): string {
  if (action !== "remove") return say.happened[action];
  return say.happened.remove["postId" in subject ? "post" : "comment"];
}

interface OneProps {
  decision: Decision;
  isSuspended: boolean;
  onAppealed: () => void;
}

function One({ decision, isSuspended, onAppealed }: OneProps) {
  const { subject, rule, text, until, createdAt, reversedAt, appeal, canAppealUntil } = decision;
  return (
    <article className={css.one} data-over={reversedAt !== null}>
      <h2>{titleOf(decision)}</h2>
      <p className={css.soft}>
        {sayDay(createdAt)}
        {until !== null && reversedAt === null && ` · ${say.until(sayDay(until))}`}
        {reversedAt !== null && ` · ${say.reversed(sayDay(reversedAt))}`}
      </p>
      {rule !== "" && (
        <p dir="auto">
          <span className={css.soft}>{say.rule}:</span> {rule}
        </p>
      )}
      {text !== "" && <Quote label={say.words} text={text} />}
      {"postId" in subject && !isSuspended && (
        <Link to="/posts/$postId" params={{ postId: subject.postId }} className={css.link}>
          {say.see}
        </Link>
      )}
      {appeal !== null && <p className={css.state}>{say.states[appeal.state]}</p>}
      {appeal?.reply && <Quote label={say.reply} text={appeal.reply} />}
      {canAppealUntil !== null && <Appeal decision={decision} until={canAppealUntil} onAppealed={onAppealed} />}
    </article>
  );
}

function Quote({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className={css.soft}>{label}</p>
      <blockquote dir="auto">{text}</blockquote>
    </div>
  );
}

function Appeal({ decision, until, onAppealed }: { decision: Decision; until: string; onAppealed: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const { ask } = useAct(px.moderation.appeal.mutationOptions());
  if (!isOpen) {
    return (
      <div className={css.line}>
        <Button size="small" aria-label={`${say.appeal}: ${titleOf(decision)}`} onClick={() => setOpen(true)}>
          {say.appeal}
        </Button>
        <span className={css.soft}>{say.appealUntil(sayDay(until))}</span>
      </div>
    );
  }
  return (
    <Form
      label={say.appeal}
      onSubmit={async (values) => {
        await ask({ decisionId: decision.id, text: textOf(values, "text") });
        showToast(say.sent);
        onAppealed();
      }}
    >
      <TextField label={say.appealText} name="text" hint={say.appealHint} maxLength={2_000} required autoFocus />
      <SubmitButton busy={say.sending}>{say.send}</SubmitButton>
    </Form>
  );
}
