// Whom one does not want to see.

import { px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
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

function PeopleList({ kind }: { kind: keyof typeof kinds }) {
  const { title, undo, empty, room } = kinds[kind];
  const {
    items: people,
    isPending,
    error,
    retry,
    hasMore,
    isLoadingMore,
    loadMore,
  } = useList(room.list.infiniteOptions());
  const { act: end } = useAct(room.delete.mutationOptions());
  return (
    <section className={css.block}>
      <h2>{title}</h2>
      {isPending && <WaitingRows count={2} />}
      {error !== null && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {!isPending && error === null && people.length === 0 && <p>{empty}</p>}
      {people.length > 0 && (
        <ul className={css.rows}>
          {people.map((user) => (
            <li key={user.id}>
              <Avatar user={user} />
              <div>
                <span dir="auto">{user.displayName}</span>
                <small>@{user.handle}</small>
              </div>
              <Button size="small" onClick={() => void end({ userId: user.id })}>
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
  return (
    <>
      <PeopleList kind="block" />
      <PeopleList kind="mute" />
    </>
  );
}
