// Whom one does not know yet.
import { Compass } from "lucide-react";
import { px, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { forMembers } from "../../app/for-members.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { PersonRow } from "../people/person-row.tsx";
import { sayReason } from "../people/reason.ts";
import css from "../search/search.module.css";
import { SearchBox } from "../search/search-box.tsx";
import { Trending } from "./trending.tsx";

const shown = 50;

export const ExploreScreen = forMembers(function Explore() {
  const { data, isPending, error, refetch } = useOne(px.user.suggestions.queryOptions({ limit: shown }));
  const people = data?.items ?? [];
  return (
    <Page title={words.explore.title} isQuiet>
      <div style={{ padding: "12px 16px 4px" }}>
        <SearchBox initial="" where="people" />
      </div>
      <div style={{ padding: "12px 16px 48px" }}>
        <Trending limit={12} />
        <h2 className={css.part}>{words.explore.people}</h2>
        {isPending && <WaitingRows count={10} />}
        {error && <ErrorNote failure={failureOf(error)} onRetry={() => void refetch()} />}
        {data && people.length === 0 && (
          <Empty icon={<Compass size={28} />} title={words.explore.none} text={words.explore.noneText} />
        )}
        <ul>
          {people.map((user) => (
            <li key={user.id}>
              <PersonRow user={user} note={sayReason(user.reasons)} />
            </li>
          ))}
        </ul>
      </div>
    </Page>
  );
});
