// Answering an appeal: whether the decision stands, and why.
import type { RouterInputs } from "@pixora/client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { px, useAct } from "../../app/data.ts";
import type { CaseDetail } from "../../app/types.ts";
import { TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { Choices } from "./choices.tsx";
import { forgetAll } from "./forget.ts";

const say = moderationWords.answer;
type Outcome = RouterInputs["moderation"]["resolveAppeal"]["outcome"];
const outcomes: readonly Outcome[] = ["upheld", "overturned"];

export function AnswerForm({ one }: { one: CaseDetail }) {
  const client = useQueryClient();
  const { ask } = useAct(px.moderation.resolveAppeal.mutationOptions());
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function answer(values: FormData): Promise<void> {
    if (outcome === null || one.decisionId === null) return;
    await ask({ decisionId: one.decisionId, outcome, reply: textOf(values, "reply") });
    showToast(say.done);
    await forgetAll(client);
  }

  return (
    <>
      <h2>{say.title}</h2>
      <Form label={say.title} onSubmit={answer}>
        <Choices
          legend={say.outcome}
          name="outcome"
          choices={outcomes.map((name) => ({ value: name, ...say.outcomes[name] }))}
          value={outcome}
          onChange={setOutcome}
        />
        <TextField label={say.reply} name="reply" hint={say.replyHint} maxLength={2_000} required />
        <SubmitButton busy={say.sending}>{say.send}</SubmitButton>
      </Form>
    </>
  );
}
