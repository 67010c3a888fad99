// Following and no longer following.
import { px, useAct } from "../../app/data.ts";
import { queryClient } from "../../app/query-client.ts";
import { Button } from "../../parts/button.tsx";
import { words } from "../../words/en.ts";

interface FollowButtonProps {
  userId: string;
  follow: "none" | "requested" | "following";
  followedBy?: "none" | "requested" | "following";
  size?: "small" | "normal";
  /** For screen readers, where several stand beside each other. */
  name?: string;
}

const say = words.profile;

/** Whether a list has nothing in it, or is still being asked for. */
function isBare(data: unknown): boolean {
  const pages = (data as { pages?: readonly { items: readonly unknown[] }[] } | undefined)?.pages ?? [];
  return pages.every(({ items }) => items.length === 0);
}

export function FollowButton({ userId, follow, followedBy, size = "normal", name }: FollowButtonProps) {
  const start = useAct(px.follow.create.mutationOptions()).act;
  const end = useAct(px.follow.delete.mutationOptions()).act;
  const isOn = follow !== "none";
  const off = followedBy === "following" ? say.followBack : say.follow;
  const text = follow === "following" ? say.unfollow : follow === "requested" ? say.requested : off;

  async function turn(): Promise<void> {
    if ((await (isOn ? end : start)({ userId })) === undefined) return;
    // Home has other people in it now: it starts anew, unless somebody is reading it.
    const queryKey = px.feed.home.pathKey();
    await queryClient.resetQueries({ queryKey, predicate: (query) => !query.isActive() || isBare(query.state.data) });
  }

  return (
    <Button
      look={isOn ? "plain" : "main"}
      size={size}
      aria-label={name === undefined ? undefined : `${text}: ${name}`}
      onClick={() => void turn()}
    >
      {text}
    </Button>
  );
}
