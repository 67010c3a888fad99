// Hooks for people: who is signed in, others, and how one stands to them.
import type { RouterInputs, RouterOutputs } from "@pixora/api";
import { useMemo } from "react";
import { makeChange } from "./change.ts";
import { useFields } from "./hooks.posts.ts";
import { type Switch, useSwitch } from "./hooks.switch.ts";
import { type PixoraQueryResult, usePixoraQuery } from "./hooks.ts";
import { keyOf, type Me, type Seen, type User, type UserCard } from "./kinds.ts";
import type { OutputOf } from "./paths.ts";
import { useInside } from "./provider.ts";
import { followPerson, type Person } from "./world.ts";

/** The person who is signed in; asked for only when somebody is. */
export function useMe(): PixoraQueryResult<OutputOf<"user.me">> {
  const { options, present } = useInside();
  return usePixoraQuery(options.user.me.queryOptions(), { enabled: present.person.status === "signedIn" });
}

export interface SessionState extends Person {
  isSignedIn: boolean;
  /** Undefined until it is here. */
  me: Seen<Me> | undefined;
  signIn(input: RouterInputs["auth"]["signIn"]): Promise<RouterOutputs["auth"]["signIn"]>;
  signUp(input: RouterInputs["auth"]["signUp"]): Promise<RouterOutputs["auth"]["signUp"]>;
  signOut(): Promise<void>;
}

/** Whether somebody is signed in, and the ways in and out. Whatever another person has seen is gone afterwards. */
export function useSession(): SessionState {
  const { world, present } = useInside();
  const me = useMe().data;
  const actions = useMemo(
    () => ({
      async signIn(input: RouterInputs["auth"]["signIn"]) {
        const answer = await world.client.auth.signIn.mutate(input);
        await followPerson(world);
        return answer;
      },
      async signUp(input: RouterInputs["auth"]["signUp"]) {
        const answer = await world.client.auth.signUp.mutate(input);
        await followPerson(world);
        return answer;
      },
      async signOut() {
        await world.client.auth.signOut.mutate();
        await followPerson(world);
      },
    }),
    [world],
  );
  return { ...present.person, ...actions, isSignedIn: present.person.status === "signedIn", me };
}

/** A person, by handle or by id. */
export function useUser(who: { handle: string } | { userId: string }): PixoraQueryResult<User> {
  const { options } = useInside();
  const query =
    "handle" in who ? options.user.byHandle.queryOptions(who) : options.user.byId.queryOptions({ userId: who.userId });
  return usePixoraQuery(query as typeof query & { queryFn: (context: never) => Promise<User> });
}

type Follow = NonNullable<UserCard["viewer"]>["follow"];
/** As much of a person as these hooks need: the author of a post will do. */
type SomeUser = { id: string; viewer?: UserCard["viewer"] };

/** Following a person. `follow` is "requested" where a private account has still to accept. */
export function useFollow(user: SomeUser): Switch & { follow: Follow; isFollowing: boolean } {
  const follow = useFields(
    keyOf("user", user.id),
    (fields) => (fields?.["viewer.follow"] as Follow | undefined) ?? user.viewer?.follow ?? "none",
  );
  const isOn = follow !== "none";
  const shown = { follow, isFollowing: follow === "following" };
  return useSwitch({ on: "follow.create", off: "follow.delete", input: { userId: user.id }, isOn, shown });
}

/** Blocking a person: each leaves the lists of the other. */
export function useBlock(user: SomeUser): Switch & { isBlocking: boolean } {
  const isBlocking = useViewerFlag(user, "isBlocking");
  const input = { userId: user.id };
  return useSwitch({ on: "block.create", off: "block.delete", input, isOn: isBlocking, shown: { isBlocking } });
}

/** Muting a person: their posts leave home, and they cannot tell. */
export function useMute(user: SomeUser): Switch & { isMuting: boolean } {
  const isMuting = useViewerFlag(user, "isMuting");
  const input = { userId: user.id };
  return useSwitch({ on: "mute.create", off: "mute.delete", input, isOn: isMuting, shown: { isMuting } });
}

function useViewerFlag(user: SomeUser, flag: "isBlocking" | "isMuting"): boolean {
  return useFields(
    keyOf("user", user.id),
    (fields) => (fields?.[`viewer.${flag}`] as boolean | undefined) ?? user.viewer?.[flag] ?? false,
  );
}

/** Answering somebody who asks to follow: both leave the list of requests at once. */
export function useFollowRequest(user: SomeUser): { accept(): Promise<unknown>; reject(): Promise<unknown> } {
  const { world } = useInside();
  const userId = user.id;
  return useMemo(
    () => ({
      accept: () => makeChange(world, { path: "follow.acceptRequest", input: { userId } }),
      reject: () => makeChange(world, { path: "follow.rejectRequest", input: { userId } }),
    }),
    [world, userId],
  );
}
