// All decisions, newest first.
import { Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { px, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { Frame, forStaff } from "./frame.tsx";
import { DecisionEntry } from "./log-entry.tsx";
import css from "./moderation.module.css";
import { saySubject } from "./subject.tsx";

const say = moderationWords;

export const LogScreen = forStaff(function Log() {
  const list = useList(px.moderation.log.infiniteOptions());
  const { items, error, isPending, retry } = list;
  const reversed = new Set(items.map(({ reversesId }) => reversesId));
  return (
    <Frame title={say.title}>
      {isPending && <WaitingRows count={5} />}
      {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {!isPending && error === null && items.length === 0 && (
        <Empty icon={<ScrollText size={28} />} title={say.log.none} />
      )}
      {items.length > 0 && (
        <>
          <ul className={css.entries}>
            {items.map((entry) => (
              <li key={entry.id}>
                <Link
                  to="/moderation/cases/$caseId"
                  params={{ caseId: entry.caseId }}
                  className={css.link}
                  aria-label={`${say.log.toCase}: ${saySubject(entry)}`}
                >
                  {saySubject(entry)}
                </Link>
                <DecisionEntry entry={entry} isReversed={reversed.has(entry.id)} />
              </li>
            ))}
          </ul>
          <More {...list} />
        </>
      )}
    </Frame>
  );
});
