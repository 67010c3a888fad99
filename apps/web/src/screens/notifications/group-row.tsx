// One group of notifications: who, what, when, and a glimpse of what it is about.
import { Link } from "@tanstack/react-router";
import { AtSign, Heart, MessageCircle, UserRoundCheck, UserRoundPlus } from "lucide-react";
import { px, useAct } from "../../app/data.ts";
import type { Group } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Time } from "../../parts/time.tsx";
import { words } from "../../words/en.ts";
import { FollowButton } from "../people/follow-button.tsx";
import css from "./notifications.module.css";

const icons = {
  LIKE: Heart,
  COMMENT: MessageCircle,
  FOLLOW: UserRoundPlus,
  FOLLOW_REQUEST: UserRoundPlus,
  FOLLOW_ACCEPTED: UserRoundCheck,
  MENTION: AtSign,
  REPLY: MessageCircle,
  COMMENT_LIKE: Heart,
} as const;

const namedActors = 2;

export function GroupRow({ group }: { group: Group }) {
  const read = useAct(px.notification.markRead.mutationOptions()).act;
  const { type, actors, actorCount, postId, preview } = group;
  const [first] = actors;
  if (first === undefined) return null;
  const Icon = icons[type];
  const names = actors.slice(0, Math.min(namedActors, actorCount)).map((actor) => actor.displayName);
  const place =
    postId === null
      ? ({ to: "/users/$handle", params: { handle: first.handle } } as const)
      : ({ to: "/posts/$postId", params: { postId } } as const);
  return (
    <div className={css.row} data-read={group.read}>
      <Link
        {...place}
        {...(group.commentId === null ? {} : { hash: `comment-${group.commentId}` })}
        className={css.link}
        onClick={() => {
          if (!group.read) void read({ groupKeys: [group.groupKey] });
        }}
      >
        <span className={css.faces} data-several={actors.length > 1}>
          {actors.slice(0, 2).map((actor) => (
            <Avatar key={actor.id} user={actor} size={actors.length > 1 ? "s" : "m"} />
          ))}
          <span className={css.kind} data-type={type}>
            <Icon size={12} aria-hidden />
          </span>
        </span>
        <span className={css.say}>
          <span dir="auto">{words.notifications.say[type](names, actorCount)}</span>{" "}
          {preview.text && type !== "LIKE" && (
            <q dir="auto" className={css.quote}>
              {preview.text}
            </q>
          )}{" "}
          <small>
            <Time at={group.latestAt} />
          </small>
        </span>
        {preview.imageUrl && <img src={preview.imageUrl} alt="" className={css.glimpse} width={48} height={48} />}
      </Link>
      {type === "FOLLOW" && actorCount === 1 && first.viewer?.follow === "none" && (
        <FollowButton userId={first.id} follow="none" followedBy="following" size="small" name={first.displayName} />
      )}
      {!group.read && <span className={css.dot} aria-hidden />}
    </div>
  );
}
