// One person in a list.
import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import type { UserCard } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { words } from "../../words/en.ts";
import { FollowButton } from "./follow-button.tsx";
import css from "./people.module.css";

interface PersonRowProps {
  user: UserCard;
  /** In the place of the button to follow. */
  action?: ReactNode;
}

export function PersonRow({ user, action }: PersonRowProps) {
  const { viewer } = user;
  return (
    <div className={css.person}>
      <Link to="/users/$handle" params={{ handle: user.handle }}>
        <Avatar user={user} />
        <span>
          <strong dir="auto">{user.displayName}</strong>
          <small>
            @{user.handle}
            {user.isPrivate && <Lock size={12} role="img" aria-label={words.profile.private} />}
            {viewer?.followedBy === "following" && <span> · {words.profile.followsYou}</span>}
          </small>
        </span>
      </Link>
      {action ??
        (viewer && !viewer.isSelf && !viewer.isBlocking && (
          <FollowButton
            userId={user.id}
            follow={viewer.follow}
            followedBy={viewer.followedBy}
            size="small"
            name={user.displayName}
          />
        ))}
    </div>
  );
}
