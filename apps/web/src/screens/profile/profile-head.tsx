// The head of a profile: face, name, numbers, words, and what one can do.
import { Ellipsis, Flag, Link as LinkIcon, Lock, Settings, ShieldBan, UserRoundMinus, VolumeX } from "lucide-react";
import { useState } from "react";
import { px, useAct } from "../../app/data.ts";
import { OverLink } from "../../app/places.tsx";
import type { User } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Menu } from "../../parts/menu.tsx";
import { RichText } from "../../parts/rich-text.tsx";
import { words } from "../../words/en.ts";
import { plural, shortCount } from "../../words/plural.ts";
import { FollowButton } from "../people/follow-button.tsx";
import { ReportDialog } from "../report.tsx";
import css from "./profile.module.css";

const say = words.profile;

export function ProfileHead({ user }: { user: User }) {
  return (
    <section className={css.head} aria-label={user.displayName}>
      <Avatar user={user} size="xxl" />
      <div className={css.about}>
        <div className={css.names}>
          <div>
            <p className={css.name} dir="auto">
              {user.displayName}
            </p>
            <p className={css.handle}>
              @{user.handle}
              {user.isPrivate && <Lock size={14} role="img" aria-label={say.private} />}
              {user.viewer?.followedBy === "following" && <span className={css.chip}>{say.followsYou}</span>}
            </p>
          </div>
          <Actions user={user} />
        </div>
        <Numbers user={user} />
        {user.bio && (
          <p className={css.bio}>
            <RichText text={user.bio} mentions={[]} />
          </p>
        )}
        {user.website && (
          <a href={user.website} className={css.site} rel="noopener noreferrer nofollow me" target="_blank">
            <LinkIcon size={15} aria-hidden />
            {user.website.replace(/^https?:\/\/(?:www\.)?/, "").replace(/\/$/, "")}
          </a>
        )}
      </div>
    </section>
  );
}

function Numbers({ user }: { user: User }) {
  const { id, postCount, followerCount, followingCount, canSeePosts } = user;
  const followers = [
    { kind: "followers", count: followerCount, word: followerCount === 1 ? say.follower : say.followers },
    { kind: "following", count: followingCount, word: say.following },
  ];
  return (
    <ul className={css.numbers}>
      <li>
        <strong>{shortCount(postCount)}</strong> {plural(postCount, "post", "posts").replace(/^\S+ /, "")}
      </li>
      {followers.map(({ kind, count, word }) => (
        <li key={kind}>
          {canSeePosts ? (
            <OverLink over={{ people: `${kind}:${id}` }}>
              <strong>{shortCount(count)}</strong> {word}
            </OverLink>
          ) : (
            <>
              <strong>{shortCount(count)}</strong> {word}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Actions({ user }: { user: User }) {
  const { viewer } = user;
  const unblock = useAct(px.block.delete.mutationOptions()).act;
  if (viewer === null) return null;
  if (viewer.isSelf) {
    return (
      <div className={css.actions}>
        <ButtonLink to="/settings/$section" params={{ section: "profile" }} size="small">
          {say.edit}
        </ButtonLink>
        <ButtonLink to="/settings" look="quiet" size="small" aria-label={words.settings.title}>
          <Settings size={20} aria-hidden />
        </ButtonLink>
      </div>
    );
  }
  return (
    <div className={css.actions}>
      {viewer.isBlocking ? (
        <Button look="danger" size="small" onClick={() => void unblock({ userId: user.id })}>
          {say.unblock}
        </Button>
      ) : (
        <FollowButton userId={user.id} follow={viewer.follow} followedBy={viewer.followedBy} size="small" />
      )}
      <ProfileMenu user={user} viewer={viewer} />
    </div>
  );
}

function ProfileMenu({ user, viewer }: { user: User; viewer: NonNullable<User["viewer"]> }) {
  const { id: userId } = user;
  const [open, setOpen] = useState<"block" | "report" | null>(null);
  const block = useAct(px.block.create.mutationOptions()).act;
  const mute = useAct(px.mute.create.mutationOptions()).act;
  const unmute = useAct(px.mute.delete.mutationOptions()).act;
  const remove = useAct(px.follow.removeFollower.mutationOptions()).act;
  const close = () => setOpen(null);
  return (
    <>
      <Menu
        label={say.menu}
        icon={<Ellipsis size={22} aria-hidden />}
        items={[
          {
            label: viewer.isMuting ? say.unmute : say.mute,
            icon: <VolumeX size={18} aria-hidden />,
            onPick: () => void (viewer.isMuting ? unmute : mute)({ userId }),
          },
          viewer.followedBy === "following" && {
            label: say.removeFollower,
            icon: <UserRoundMinus size={18} aria-hidden />,
            onPick: () => void remove({ userId }),
          },
          {
            label: say.report,
            icon: <Flag size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("report"),
          },
          !viewer.isBlocking && {
            label: say.block,
            icon: <ShieldBan size={18} aria-hidden />,
            isDanger: true,
            onPick: () => setOpen("block"),
          },
        ]}
      />
      {open === "report" && <ReportDialog target={{ userId }} onClose={close} />}
      {open === "block" && (
        <Confirm
          title={say.blockTitle(user.handle)}
          text={say.blockText}
          yes={say.block}
          onClose={close}
          onYes={() => {
            close();
            void block({ userId });
          }}
        />
      )}
    </>
  );
}
