// One decision as moderators read it; where it stands, it can be taken back.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { px, useAct } from "../../app/data.ts";
import type { LogEntry } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { Time } from "../../parts/time.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { sayDay } from "../../words/dates.ts";
import { moderationWords } from "../../words/en.moderation.ts";
import { forgetAll } from "./forget.ts";
import css from "./moderation.module.css";

const say = moderationWords.log;
const { actions } = moderationWords.decide;

interface EntryProps {
  entry: LogEntry;
  isReversed?: boolean;
  canReverse?: boolean;
}

export function DecisionEntry({ entry, isReversed = false, canReverse = false }: EntryProps) {
  const { action, cause, moderator, rule, text, note, until, reversesId, createdAt } = entry;
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <strong>
        {actions[action].label}
        {isReversed && <span className={css.chip}>{say.reversed}</span>}
      </strong>
      <small className={css.soft}>
        {moderator === null ? say.byNobody : say.by(moderator.displayName)} · <Time at={createdAt} />
        {until !== null && ` · ${say.until(sayDay(until))}`}
        {cause !== "moderator" && ` · ${say.causes[cause]}`}
        {reversesId !== null && ` · ${say.reverses}`}
        {rule !== "" && ` · ${rule}`}
      </small>
      {text !== "" && (
        <p dir="auto">
          <span className={css.soft}>{say.toPerson}:</span> {text}
        </p>
      )}
      {note !== "" && (
        <p dir="auto">
          <span className={css.soft}>{say.note}:</span> {note}
        </p>
      )}
      {canReverse && action !== "reverse" && !isReversed && (
        <div>
          <Button size="small" onClick={() => setOpen(true)}>
            {moderationWords.reverse.open}
          </Button>
        </div>
      )}
      {isOpen && <Reversal decisionId={entry.id} onClose={() => setOpen(false)} />}
    </>
  );
}

function Reversal({ decisionId, onClose }: { decisionId: string; onClose: () => void }) {
  const words = moderationWords.reverse;
  const client = useQueryClient();
  const { ask } = useAct(px.moderation.reverse.mutationOptions());
  return (
    <Dialog title={words.title} size="small" onClose={onClose}>
      <div className={css.dialog}>
        <Form
          label={words.title}
          onSubmit={async (values) => {
            await ask({ decisionId, text: textOf(values, "text") });
            onClose();
            showToast(words.done);
            await forgetAll(client);
          }}
        >
          <p className={css.soft}>{words.text}</p>
          <TextField label={words.words} name="text" maxLength={2_000} required />
          <SubmitButton busy={words.sending}>{words.send}</SubmitButton>
        </Form>
      </div>
    </Dialog>
  );
}
