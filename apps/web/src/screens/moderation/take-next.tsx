// Takes the most urgent case that nobody has.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { px, useAct } from "../../app/data.ts";
import { Button } from "../../parts/button.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { moderationWords } from "../../words/en.moderation.ts";

const say = moderationWords.queue;

export function TakeNext() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { act, isPending } = useAct(px.moderation.take.mutationOptions());
  async function take(): Promise<void> {
    const taken = await act({});
    if (taken === undefined) return;
    if (taken.case === null) return showToast(say.nothingNext);
    client.setQueryData(px.moderation.case.queryKey({ caseId: taken.case.id }), taken.case);
    await navigate({ to: "/moderation/cases/$caseId", params: { caseId: taken.case.id } });
  }
  return (
    <Button look="main" size="small" isBusy={isPending} busy={say.taking} onClick={() => void take()}>
      {say.next}
    </Button>
  );
}
