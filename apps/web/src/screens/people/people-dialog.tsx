// Lists of people over a page: who follows, who likes, who asks.
import { UsersRound } from "lucide-react";
import { type List, px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { useCloseOver } from "../../app/places.tsx";
import type { UserCard } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./people.module.css";
import { PersonRow } from "./person-row.tsx";

const say = words.people;

/** `what` is as in the address: "followers:12". */
export function PeopleDialog({ what }: { what: string }) {
  const [kind = "", id = ""] = what.split(":");
  if (kind === "shortcuts") return <Shortcuts />;
  if (kind === "followers") return <Followers userId={id} />;
  if (kind === "following") return <Following userId={id} />;
  if (kind === "likers") return <Likers of={{ postId: id }} />;
  if (kind === "commentLikers") return <Likers of={{ commentId: id }} />;
  if (kind === "requests") return <Requests />;
  return null;
}

function Followers({ userId }: { userId: string }) {
  return <People title={say.followers} list={useList(px.follow.followers.infiniteOptions({ userId }))} />;
}

function Following({ userId }: { userId: string }) {
  return <People title={say.following} list={useList(px.follow.following.infiniteOptions({ userId }))} />;
}

function Likers({ of }: { of: { postId: string } | { commentId: string } }) {
  return <People title={say.likers} list={useList(px.like.list.infiniteOptions(of))} />;
}

function Requests() {
  const list = useList(px.follow.requests.infiniteOptions({}));
  const accept = useAct(px.follow.acceptRequest.mutationOptions()).act;
  const reject = useAct(px.follow.rejectRequest.mutationOptions()).act;
  return (
    <People
      title={say.requests}
      list={list}
      actionOf={({ id: userId, displayName }) => (
        <span className={css.answers}>
          <Button
            look="main"
            size="small"
            aria-label={`${say.accept}: ${displayName}`}
            onClick={() => void accept({ userId })}
          >
            {say.accept}
          </Button>
          <Button size="small" aria-label={`${say.reject}: ${displayName}`} onClick={() => void reject({ userId })}>
            {say.reject}
          </Button>
        </span>
      )}
    />
  );
}

interface PeopleProps {
  title: string;
  list: List<UserCard>;
  actionOf?: (user: UserCard) => React.ReactNode;
}

function People({ title, list, actionOf }: PeopleProps) {
  const close = useCloseOver();
  const { items, isPending, error, retry } = list;
  return (
    <Dialog title={title} onClose={() => close("people")}>
      <div className={css.list}>
        {isPending && <WaitingRows />}
        {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
        {!isPending && error === null && items.length === 0 && (
          <Empty icon={<UsersRound size={26} />} title={say.none} />
        )}
        <ul>
          {items.map((user) => (
            <li key={user.id}>
              <PersonRow user={user} action={actionOf?.(user)} />
            </li>
          ))}
        </ul>
        {items.length > 0 && <More {...list} isInside />}
      </div>
    </Dialog>
  );
}

function Shortcuts() {
  const close = useCloseOver();
  return (
    <Dialog title={words.shortcuts.title} size="small" onClose={() => close("people")}>
      <dl className={css.keys}>
        {Object.entries(words.shortcuts.keys).map(([keys, what]) => [
          <dt key={keys}>
            <kbd>{keys}</kbd>
          </dt>,
          <dd key={`${keys}-what`}>{what}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}
