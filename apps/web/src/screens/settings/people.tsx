// Whom one does not want to see.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { failureOf } from "../../app/failure.ts";
import { pixora } from "../../app/pixora.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.people;

const kinds = {
  block: { title: say.blocked, undo: say.unblock, empty: say.nobodyBlocked, room: pixora.block },
  mute: { title: say.muted, undo: say.unmute, empty: say.nobodyMuted, room: pixora.mute },
} as const;

function PeopleList({ kind }: { kind: keyof typeof kinds }) {
  const { title, undo, empty, room } = kinds[kind];
  const client = useQueryClient();
  const key = [`${kind}.list`];
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => room.list.query({ cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const end = useMutation({
    mutationFn: (userId: string) => room.delete.mutate({ userId }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
    onError: (error) => showToast(failureOf(error).sentence),
  });
  const people = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={css.block}>
      <h2>{title}</h2>
      {query.isPending && <WaitingRows count={2} />}
      {query.isError && <ErrorNote failure={failureOf(query.error)} onRetry={() => void query.refetch()} />}
      {query.isSuccess && people.length === 0 && <p>{empty}</p>}
      {people.length > 0 && (
        <ul className={css.rows}>
          {people.map((user) => (
            <li key={user.id}>
              <Avatar user={user} />
              <div>
                <span dir="auto">{user.displayName}</span>
                <small>@{user.handle}</small>
              </div>
              <Button size="small" onClick={() => end.mutate(user.id)}>
                {undo}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
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
