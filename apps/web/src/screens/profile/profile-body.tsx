// What a person shares, as a grid; of oneself also what one has saved.
import { Link } from "@tanstack/react-router";
import { Bookmark, Camera, Grid3x3, Lock, ShieldBan } from "lucide-react";
import type { ReactNode } from "react";
import { px, useList } from "../../app/data.ts";
import { OverLink } from "../../app/places.tsx";
import type { User } from "../../app/types.ts";
import buttons from "../../parts/button.module.css";
import { Empty } from "../../parts/empty.tsx";
import { words } from "../../words/en.ts";
import { PostGrid } from "../post/post-grid.tsx";
import css from "./profile.module.css";

const say = words.profile;

export function ProfileBody({ user, tab }: { user: User; tab: "posts" | "saved" }) {
  if (user.viewer?.isBlocking) {
    return <Empty icon={<ShieldBan size={28} />} title={say.blocked} text={say.blockedText} />;
  }
  if (!user.canSeePosts) return <Empty icon={<Lock size={28} />} title={say.private} text={say.privateText} />;
  const isSelf = user.viewer?.isSelf === true;
  return (
    <>
      {isSelf && (
        <nav className={css.tabs} aria-label={say.tabs}>
          <Tab to="/users/$handle" handle={user.handle} icon={<Grid3x3 size={18} aria-hidden />} text={say.tabPosts} />
          <Tab
            to="/users/$handle/saved"
            handle={user.handle}
            icon={<Bookmark size={18} aria-hidden />}
            text={say.tabSaved}
          />
        </nav>
      )}
      {tab === "saved" && isSelf ? <Saved /> : <Posts userId={user.id} isSelf={isSelf} />}
    </>
  );
}

interface TabProps {
  to: "/users/$handle" | "/users/$handle/saved";
  handle: string;
  icon: ReactNode;
  text: string;
}

function Tab({ to, handle, icon, text }: TabProps) {
  return (
    <Link to={to} params={{ handle }} activeOptions={{ exact: true }} resetScroll={false} replace>
      {icon}
      {text}
    </Link>
  );
}

function Posts({ userId, isSelf }: { userId: string; isSelf: boolean }) {
  const list = useList(px.post.byUser.infiniteOptions({ userId }));
  const title = isSelf ? say.noPostsOwn : say.noPosts;
  return (
    <PostGrid
      list={list}
      empty={
        <Empty icon={<Camera size={28} />} title={title}>
          {isSelf && (
            <OverLink over={{ compose: "post" }} className={`${buttons.button} ${buttons.main} ${buttons.normal}`}>
              {words.nav.compose}
            </OverLink>
          )}
        </Empty>
      }
    />
  );
}

function Saved() {
  const list = useList(px.bookmark.list.infiniteOptions({}));
  return (
    <PostGrid list={list} empty={<Empty icon={<Bookmark size={28} />} title={say.noSaved} text={say.noSavedText} />} />
  );
}
