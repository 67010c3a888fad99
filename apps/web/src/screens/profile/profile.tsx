// A person: who they are, and what they share.

import { isPixoraError } from "@pixora/client";
import { useParams } from "@tanstack/react-router";
import { UserRoundX } from "lucide-react";
import { px, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import css from "./profile.module.css";
import { ProfileBody } from "./profile-body.tsx";
import { ProfileHead } from "./profile-head.tsx";

export function ProfileScreen() {
  const { handle = "" } = useParams({ strict: false });
  return <Profile key={handle} handle={handle} tab="posts" />;
}

export function SavedScreen() {
  const { handle = "" } = useParams({ strict: false });
  return <Profile key={handle} handle={handle} tab="saved" />;
}

function Profile({ handle, tab }: { handle: string; tab: "posts" | "saved" }) {
  const { data: user, error, refetch } = useOne(px.user.byHandle.queryOptions({ handle }));
  if (user === undefined) {
    return (
      <Page title={`@${handle}`} isQuiet width="wide">
        {isPixoraError(error, "user.notFound") ? (
          <Empty icon={<UserRoundX size={28} />} title={words.notFound.title} text={words.failures["user.notFound"]} />
        ) : error ? (
          <ErrorNote failure={failureOf(error)} onRetry={() => void refetch()} />
        ) : (
          <ProfileWaiting />
        )}
      </Page>
    );
  }
  return (
    <Page title={`${user.displayName} (@${user.handle})`} isQuiet width="wide">
      <ProfileHead user={user} />
      <ProfileBody user={user} tab={tab} />
    </Page>
  );
}

function ProfileWaiting() {
  return (
    <Waiting className={css.head}>
      <Bone isRound style={{ width: 144, height: 144 }} />
      <div className={css.about}>
        <Bone style={{ width: 220, height: 24 }} />
        <Bone style={{ width: 300, height: 16 }} />
        <Bone style={{ width: 260, height: 16 }} />
      </div>
    </Waiting>
  );
}
