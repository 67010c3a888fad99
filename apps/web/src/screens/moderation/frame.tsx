// What the moderators' screens have in common. Promise: they are shown by role; for everybody else nothing is there.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FunctionComponent, type ReactNode, useEffect } from "react";
import { px } from "../../app/data.ts";
import { forMembers } from "../../app/for-members.tsx";
import { useMe } from "../../app/me.ts";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { NotFoundScreen } from "../not-found.tsx";
import css from "./moderation.module.css";
import { QueueCounts } from "./queue-counts.tsx";
import { TakeNext } from "./take-next.tsx";

const say = moderationWords;

/** A screen for moderators and admins; the server asks for the role again at each call. */
export function forStaff(Screen: FunctionComponent): FunctionComponent {
  return forMembers(function Staff() {
    const client = useQueryClient();
    const role = useMe()?.role;
    useEffect(() => {
      // What is remembered may be from before they were made a moderator.
      if (role === "user") void client.invalidateQueries({ queryKey: px.user.me.pathKey() });
    }, [role, client]);
    if (role === undefined) return <WaitingRows />;
    return role === "user" ? <NotFoundScreen /> : <Screen />;
  });
}

const tabs = [
  { to: "/moderation", name: say.tabs.queue },
  { to: "/moderation/closed", name: say.tabs.closed },
  { to: "/moderation/reports", name: say.tabs.reports },
  { to: "/moderation/log", name: say.tabs.log },
] as const;

/** Around the lists: how the queue stands, the way to the other lists, and the next case. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page title={title} width="wide" actions={<TakeNext />}>
      <div className={css.frame}>
        <QueueCounts />
        <nav className={css.tabs} aria-label={say.tabs.label}>
          {tabs.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
              {name}
            </Link>
          ))}
        </nav>
        {children}
      </div>
    </Page>
  );
}
