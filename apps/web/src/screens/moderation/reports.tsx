// What people have reported and nobody has answered, newest first.
import { useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Flag } from "lucide-react";
import { useState } from "react";
import { px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import type { Report } from "../../app/types.ts";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Menu } from "../../parts/menu.tsx";
import { More } from "../../parts/more.tsx";
import { Time } from "../../parts/time.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { forgetAll } from "./forget.ts";
import { Frame, forStaff } from "./frame.tsx";
import css from "./moderation.module.css";
import { kindOf, saySubject } from "./subject.tsx";

const say = moderationWords.reports;
type Answer = keyof typeof say.confirm;

export const ReportsScreen = forStaff(function Reports() {
  const list = useList(px.moderation.reports.infiniteOptions());
  const { items, error, isPending, retry } = list;
  return (
    <Frame title={moderationWords.title}>
      {isPending && <WaitingRows count={5} />}
      {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {!isPending && error === null && items.length === 0 && (
        <Empty icon={<Flag size={28} />} title={say.none} text={say.noneText} />
      )}
      {items.length > 0 && (
        <>
          <ul className={css.entries}>
            {items.map((report) => (
              <li key={report.id} className={css.withMenu}>
                <ReportEntry report={report} />
              </li>
            ))}
          </ul>
          <More {...list} />
        </>
      )}
    </Frame>
  );
});

function ReportEntry({ report }: { report: Report }) {
  const { id: reportId, target, user, reporter, reason, note, createdAt } = report;
  const client = useQueryClient();
  const { act } = useAct(px.moderation.resolve.mutationOptions());
  const [asked, setAsked] = useState<Answer | null>(null);
  const answers: readonly Answer[] =
    kindOf(target) === "user" ? ["dismiss", "suspend"] : ["dismiss", "delete", "suspend"];

  async function resolve(action: Answer): Promise<void> {
    setAsked(null);
    if ((await act({ reportId, action })) === undefined) return;
    showToast(say.done);
    await forgetAll(client);
  }

  return (
    <>
      <div>
        <strong>{saySubject({ subject: target, user })}</strong>
        <small className={css.soft}>
          {say.by(reporter.handle)} · <Time at={createdAt} />
        </small>
        <p dir="auto">{reason}</p>
        {note !== "" && (
          <p dir="auto" className={css.soft}>
            {note}
          </p>
        )}
      </div>
      <Menu
        label={say.menu}
        icon={<Ellipsis size={22} aria-hidden />}
        items={answers.map((answer) => ({
          label: say[answer],
          isDanger: answer !== "dismiss",
          onPick: () => setAsked(answer),
        }))}
      />
      {asked !== null && (
        <Confirm
          {...say.confirm[asked]}
          yes={say[asked]}
          onYes={() => void resolve(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
