// What can be done about a case now: take it, decide it, answer an appeal, or open it again.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { px, useAct } from "../../app/data.ts";
import { useMe } from "../../app/me.ts";
import type { CaseDetail } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { sayTime } from "../../words/dates.ts";
import { moderationWords } from "../../words/en.moderation.ts";
import { AnswerForm } from "./answer-form.tsx";
import { DecideForm } from "./decide-form.tsx";
import { forgetLists } from "./forget.ts";
import css from "./moderation.module.css";

const say = moderationWords.lease;

/** Takes the case, for a quarter of an hour or for another one; a closed one gets a new number by that. */
function useTake(one: CaseDetail) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { act, isPending } = useAct(px.moderation.take.mutationOptions());
  async function take(): Promise<void> {
    const taken = (await act({ caseId: one.id }))?.case;
    if (!taken) return;
    client.setQueryData(px.moderation.case.queryKey({ caseId: taken.id }), taken);
    if (taken.id !== one.id) {
      await navigate({ to: "/moderation/cases/$caseId", params: { caseId: taken.id }, replace: true });
    }
    await forgetLists(client);
  }
  return { take: () => void take(), isPending };
}

export function Verdict({ one }: { one: CaseDetail }) {
  const { state, kind, lease } = one;
  const me = useMe();
  const { take, isPending } = useTake(one);
  if (state === "closed") {
    return (
      <section className={css.block}>
        <p>{say.closed}</p>
        {kind === "report" && (
          <Button isBusy={isPending} busy={say.reopening} onClick={take}>
            {say.reopen}
          </Button>
        )}
      </section>
    );
  }
  if (lease !== null && !lease.isMine) {
    const name = lease.moderator?.displayName ?? say.otherUnknown;
    return (
      <section className={css.block}>
        <p>{say.other(name, sayTime(lease.until))}</p>
      </section>
    );
  }
  const decided = one.decisions.find(({ id }) => id === one.decisionId);
  const isOwn = kind === "appeal" && me !== undefined && decided?.moderator?.id === me.id;
  return (
    <section className={css.block}>
      {isOwn && <p>{moderationWords.case.ownDecision}</p>}
      {lease === null ? (
        <>
          <p className={css.soft}>{say.takeText}</p>
          <Button look="main" isBusy={isPending} busy={say.taking} onClick={take}>
            {say.take}
          </Button>
        </>
      ) : (
        <>
          {kind === "appeal" ? <AnswerForm one={one} /> : <DecideForm one={one} />}
          <p className={css.soft}>{say.mine(sayTime(lease.until))}</p>
          <Button size="small" isBusy={isPending} busy={say.taking} onClick={take}>
            {say.extend}
          </Button>
        </>
      )}
    </section>
  );
}
