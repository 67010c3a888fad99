// Who posted, when, for whom, and what else can be done.
import { Link } from "@tanstack/react-router";
import { Ellipsis, UsersRound } from "lucide-react";
import { useIsSignedIn } from "../../app/me.ts";
import type { Post } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Time } from "../../parts/time.tsx";
import { words } from "../../words/en.ts";
import { FollowButton } from "../people/follow-button.tsx";
import css from "./post.module.css";
import { isOwn, PostMenu } from "./post-menu.tsx";

export function PostHeader({ post, hasFollow = false }: { post: Post; hasFollow?: boolean }) {
  const { author, viewer } = post;
  const isSignedIn = useIsSignedIn();
  const isStranger = viewer?.follow === "none" && !isOwn(post);
  return (
    <header className={css.header}>
      <Link to="/users/$handle" params={{ handle: author.handle }} className={css.author}>
        <Avatar user={author} />
        <span>
          <strong dir="auto">{author.displayName}</strong>
          <small>
            @{author.handle} · <Time at={post.createdAt} />
            {post.editedAt && ` · ${words.post.edited}`}
            {post.visibility === "followers" && (
              <UsersRound size={13} role="img" aria-label={words.post.followersOnly} className={css.scope} />
            )}
          </small>
        </span>
      </Link>
      {hasFollow && isStranger && <FollowButton userId={author.id} follow="none" size="small" />}
      {isSignedIn && <PostMenu post={post} icon={<Ellipsis size={22} aria-hidden />} />}
    </header>
  );
}
