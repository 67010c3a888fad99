// Deciding a case: what is done, by which rule, what the person reads, what moderators read, and when it ends.
import type { RouterInputs } from "@pixora/client";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { px, useAct } from "../../app/data.ts";
import type { CaseDetail } from "../../app/types.ts";
import { Field, TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { Choices } from "./choices.tsx";
import { forgetLists } from "./forget.ts";
import css from "./moderation.module.css";
import { kindOf, type SubjectKind } from "./subject.tsx";

const say = moderationWords.decide;
const dayMs = 86_400_000;

type Action = RouterInputs["moderation"]["decide"]["action"];

/** What the server does to such a subject; another action it would refuse. */
const possible: Readonly<Record<SubjectKind, readonly Action[]>> = {
  post: ["dismiss", "warn", "markSensitive", "limitDiscovery", "remove", "suspend"],
  comment: ["dismiss", "warn", "remove", "suspend"],
  user: ["dismiss", "warn", "limitDiscovery", "suspend"],
};

/** A dismissal and a warning have no end. */
function canEnd(action: Action): boolean {
  return action !== "dismiss" && action !== "warn";
}

export function DecideForm({ one }: { one: CaseDetail }) {
  const client = useQueryClient();
  const { ask } = useAct(px.moderation.decide.mutationOptions());
  const [action, setAction] = useState<Action>("dismiss");
  const untilId = useId();

  async function decide(values: FormData): Promise<void> {
    const days = Number(textOf(values, "until"));
    const until = days > 0 && canEnd(action) ? new Date(Date.now() + days * dayMs).toISOString() : null;
    const [rule, text, note] = ["rule", "text", "note"].map((name) => textOf(values, name));
    const answer = await ask({ caseId: one.id, action, rule, text, note, until });
    client.setQueryData(px.moderation.case.queryKey({ caseId: one.id }), answer);
    showToast(say.done);
    await forgetLists(client);
  }

  return (
    <>
      <h2>{say.title}</h2>
      <Form label={say.title} onSubmit={decide}>
        <Choices
          legend={say.action}
          name="action"
          choices={possible[kindOf(one.subject)].map((name) => ({ value: name, ...say.actions[name] }))}
          value={action}
          onChange={setAction}
        />
        {canEnd(action) && (
          <div className={css.select}>
            <label htmlFor={untilId}>{say.until}</label>
            <select id={untilId} name="until" defaultValue="0">
              {Object.entries(say.untils).map(([days, words]) => (
                <option key={days} value={days}>
                  {words}
                </option>
              ))}
            </select>
          </div>
        )}
        <Field label={say.rule} name="rule" hint={say.ruleHint} maxLength={100} isOptional />
        {action !== "dismiss" && (
          <TextField label={say.text} name="text" hint={say.textHint} maxLength={2_000} required />
        )}
        <TextField label={say.note} name="note" hint={say.noteHint} maxLength={2_000} isOptional />
        <SubmitButton busy={say.sending}>{say.send}</SubmitButton>
      </Form>
    </>
  );
}
