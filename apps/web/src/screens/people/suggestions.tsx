// People one may like, with a button to follow each.
import { px, useOne } from "../../app/data.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./people.module.css";
import { PersonRow } from "./person-row.tsx";
import { sayReason } from "./reason.ts";

const shown = 5;

export function Suggestions() {
  const { data, isPending } = useOne(px.user.suggestions.queryOptions({ limit: shown }));
  const people = data?.items ?? [];
  if (!isPending && people.length === 0) return null;
  return (
    <section className={css.suggestions}>
      <header>
        <h2>{words.feed.suggested}</h2>
        <ButtonLink to="/explore" look="quiet" size="small">
          {words.feed.seeAll}
        </ButtonLink>
      </header>
      {isPending && <WaitingRows count={shown} />}
      <ul hidden={isPending}>
        {people.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} note={sayReason(user.reasons)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
