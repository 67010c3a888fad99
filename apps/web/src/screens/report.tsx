// Telling moderators of a post, a comment or a person.
import type { RouterInputs } from "@pixora/client";
import { pixora } from "../app/pixora.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../parts/form.tsx";
import { showToast } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";

interface ReportProps {
  target: RouterInputs["moderation"]["report"]["target"];
  onClose: () => void;
}

export function ReportDialog({ target, onClose }: ReportProps) {
  return (
    <Dialog title={words.report.title} size="small" onClose={onClose}>
      <div style={{ padding: 24 }}>
        <Form
          label={words.report.title}
          onSubmit={async (values) => {
            await pixora.moderation.report.mutate({ target, reason: textOf(values, "reason") });
            onClose();
            showToast(words.report.sent);
          }}
        >
          <Field label={words.report.text} name="reason" maxLength={100} required />
          <SubmitButton busy={words.report.sending}>{words.report.send}</SubmitButton>
        </Form>
      </div>
    </Dialog>
  );
}
