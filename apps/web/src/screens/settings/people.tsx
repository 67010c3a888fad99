// Whom one does not want to see.

import { type List, px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import type { UserCard } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.people;

const kinds = {
  block: { title: say.blocked, undo: say.unblock, empty: say.nobodyBlocked, room: px.block },
  mute: { title: say.muted, undo: say.unmute, empty: say.nobodyMuted, room: px.mute },
} as const;

function PeopleList({ kind, list }: { kind: keyof typeof kinds; list: List<UserCard> }) {
  const { title, undo, empty, room } = kinds[kind];
  const { items: people, error, retry, hasMore, isLoadingMore, loadMore } = list;
  const { act: end } = useAct(room.delete.mutationOptions());
  return (
    <section className={css.block}>
      <h2>{title}</h2>
      {error !== null && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {error === null && people.length === 0 && <p>{empty}</p>}
      {people.length > 0 && (
        <ul className={css.rows}>
          {people.map((user) => (
            <li key={user.id}>
              <Avatar user={user} />
              <div>
                <span dir="auto">{user.displayName}</span>
                <small>@{user.handle}</small>
              </div>
              <Button
                size="small"
                aria-label={`${undo}: ${user.displayName}`}
                onClick={() => void end({ userId: user.id })}
              >
                {undo}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {hasMore && (
        <Button isBusy={isLoadingMore} onClick={loadMore}>
          {words.more}
        </Button>
      )}
    </section>
  );
}

export function PeopleSection() {
  const blocked = useList(px.block.list.infiniteOptions());
  const muted = useList(px.mute.list.infiniteOptions());
  // Both at once: one that comes later would move the other.
  if (blocked.isPending || muted.isPending) return <WaitingRows count={4} />;
  return (
    <>
      <PeopleList kind="block" list={blocked} />
      <PeopleList kind="mute" list={muted} />
    </>
  );
}
