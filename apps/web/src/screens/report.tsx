// Telling moderators of a post, a comment or a person.
import type { RouterInputs } from "@pixora/client";
import { useQueryClient } from "@tanstack/react-query";
import { px, useOne } from "../app/data.ts";
import { pixora } from "../app/pixora.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, TextField } from "../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../parts/form.tsx";
import { showToast } from "../parts/toasts.tsx";
import { sayDay } from "../words/dates.ts";
import { words } from "../words/en.ts";

type Target = RouterInputs["moderation"]["report"]["target"];

interface ReportProps {
  target: Target;
  onClose: () => void;
}

/** How many of one's own reports are looked through for an earlier one of the same. */
const lookedThrough = 50;
const mine = px.moderation.myReports.queryOptions({ limit: lookedThrough });

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function ReportDialog({ target, onClose }: ReportProps) {
  const client = useQueryClient();
  const earlier = useOne(mine, { staleTime: 0 }).data?.items.find((report) => isSame(report.target, target));
  return (
    <Dialog title={words.report.title} size="small" onClose={onClose}>
      <div style={{ padding: 24, display: "grid", gap: 16 }}>
        {earlier && (
          <p role="status" style={{ color: "var(--ink-soft)" }}>
            {words.report.states[earlier.state](sayDay(earlier.createdAt))}
          </p>
        )}
        <Form
          label={words.report.title}
          onSubmit={async (values) => {
            const input = { target, reason: textOf(values, "reason"), note: textOf(values, "note") };
            await pixora.moderation.report.mutate(input);
            await client.invalidateQueries({ queryKey: mine.queryKey, refetchType: "none" });
            onClose();
            showToast(words.report.sent);
          }}
        >
          <Field label={words.report.text} name="reason" maxLength={100} required />
          <TextField label={words.report.note} name="note" maxLength={1_000} isOptional />
          <SubmitButton busy={words.report.sending}>{words.report.send}</SubmitButton>
        </Form>
      </div>
    </Dialog>
  );
}
