// What has happened, grouped: requests on top, then what is new, then the rest. Opening it is having seen it.
import { Bell, CheckCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { type List, px, useAct, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { forMembers } from "../../app/for-members.tsx";
import { useMe } from "../../app/me.ts";
import { OverLink } from "../../app/places.tsx";
import type { Group, UserCard } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { GroupRow } from "./group-row.tsx";
import css from "./notifications.module.css";

const say = words.notifications;

export const NotificationsScreen = forMembers(function Notifications() {
  const me = useMe();
  const list = useList(px.notification.groups.infiniteOptions({}));
  const requests = useList(px.follow.requests.infiniteOptions({}), { isOn: me?.isPrivate === true });
  const { items, error, retry } = list;
  // Requests stand on top: coming later, they would move everything.
  const isPending = list.isPending || me === undefined || requests.isPending;
  const fresh = useFresh(items);
  const read = useAct(px.notification.markRead.mutationOptions()).act;
  const newest = items[0]?.latestId;
  const hasUnread = items.some((group) => !group.read);
  const isNew = (group: Group) => fresh.has(group.groupKey + group.latestId);
  return (
    <Page
      title={words.nav.notifications}
      actions={
        hasUnread &&
        newest !== undefined && (
          <Button look="quiet" size="small" onClick={() => void read({ upToId: newest })}>
            <CheckCheck size={18} aria-hidden />
            {say.readAll}
          </Button>
        )
      }
    >
      <div className={css.lists}>
        {!isPending && <RequestsRow requests={requests} />}
        {isPending && <WaitingRows count={8} />}
        {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
        {!isPending && error === null && items.length === 0 && (
          <Empty icon={<Bell size={28} />} title={say.none} text={say.noneText} />
        )}
        {!isPending && (
          <>
            <Part title={say.new} groups={items.filter(isNew)} />
            <Part title={say.earlier} groups={items.filter((group) => !isNew(group))} />
            {items.length > 0 && <More {...list} />}
          </>
        )}
      </div>
    </Page>
  );
});

function Part({ title, groups }: { title: string; groups: readonly Group[] }) {
  if (groups.length === 0) return null;
  return (
    <section>
      <h2 className={css.part}>{title}</h2>
      <ul>
        {groups.map((group) => (
          <li key={group.groupKey}>
            <GroupRow group={group} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Groups that nobody had seen when they first were here: they stay "new" until the screen is left. */
function useFresh(items: readonly Group[]): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const { act: markSeen } = useAct(px.notification.markSeen.mutationOptions());
  const unseen = items.filter((group) => !group.seen);
  const newest = unseen[0]?.latestId;
  useEffect(() => {
    if (newest === undefined) return;
    setFresh((before) => new Set([...before, ...unseen.map((group) => group.groupKey + group.latestId)]));
    void markSeen({ upToId: newest });
  }, [newest]);
  return new Set([...fresh, ...unseen.map((group) => group.groupKey + group.latestId)]);
}

/** Who asks to follow, where one's account is private. */
function RequestsRow({ requests }: { requests: List<UserCard> }) {
  const { items, hasMore } = requests;
  const [first] = items;
  if (first === undefined) return null;
  return (
    <OverLink over={{ people: "requests" }} className={css.requests}>
      <Avatar user={first} size="m" />
      <span>
        <strong>{say.requests(items.length, hasMore)}</strong>
        <small>{say.requestsText}</small>
      </span>
    </OverLink>
  );
}
