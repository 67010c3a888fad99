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
  /** Why they are here, in the place of whether they follow. */
  note?: string | undefined;
  /** In the place of the button to follow. */
  action?: ReactNode;
}

export function PersonRow({ user, note, action }: PersonRowProps) {
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
            {note === undefined && viewer?.followedBy === "following" && <span> · {words.profile.followsYou}</span>}
          </small>
          {note !== undefined && (
            <small>
              <span dir="auto">{note}</span>
            </small>
          )}
        </span>
      </Link>
      {action ??
        (viewer && !viewer.isSelf && !viewer.isBlocking && (
          <FollowButton
            userId={user.id}
            follow={viewer.follow}
            followedBy={note === undefined ? viewer.followedBy : "none"}
            size="small"
            name={user.displayName}
          />
        ))}
    </div>
  );
}
