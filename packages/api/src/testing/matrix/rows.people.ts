// The matrix of accounts and of how people stand to each other.
import {
  always,
  byPerson,
  byPostList,
  bySuggestion,
  byTarget,
  listsOnly,
  listsPerson,
  type Rule,
  seesPerson,
} from "./rules.ts";
import type { CellWorld, RoomRows } from "./table.ts";
import { password } from "./world.ts";

const ok = always("ok");
const newPassword = "a dozen loud herons";

function isOwner(world: CellWorld): (card: { id: string }) => boolean {
  return (card) => card.id === world.people.owner.id;
}

/** The handle of somebody new, another in each world: worlds are tried side by side. */
function newHandle({ label }: CellWorld): string {
  return `new.${label.toLowerCase()}`;
}

const ownerPerson = ({ people }: CellWorld) => ({ userId: people.owner.id });
const ownerAccount = byTarget({
  others: "ok",
  deletedAccount: "auth.wrongCredentials",
});
const ownerSession = byTarget({
  others: "ok",
  deletedAccount: "auth.sessionRevoked",
});
const onlyOwnerHas: Rule = ({ viewer }) => (viewer === "owner" ? "ok" : "auth.notFound");

export const auth: RoomRows<"auth"> = {
  signUp: [
    {
      access: "open",
      input: (world) => ({
        email: `${newHandle(world)}@test.example`,
        handle: newHandle(world),
        password: newPassword,
      }),
      expect: ok,
    },
  ],
  signIn: [
    {
      access: "open",
      input: ({ people }) => ({ login: people.owner.handle, password }),
      expect: ownerAccount,
    },
  ],
  refresh: [
    { access: "open", input: ({ people }) => ({ refreshToken: people.owner.refreshToken }), expect: ownerSession },
  ],
  signOut: [{ access: "restricted", expect: ok }],
  signOutEverywhere: [{ access: "signedIn", expect: ok }],
  sessions: [{ access: "signedIn", expect: ok }],
  revokeSession: [
    { access: "signedIn", input: ({ people }) => ({ sessionId: people.owner.sessionId }), expect: onlyOwnerHas },
  ],
  changePassword: [{ access: "signedIn", input: () => ({ currentPassword: password, newPassword }), expect: ok }],
  requestPasswordReset: [{ access: "open", input: ({ people }) => ({ email: people.owner.email }), expect: ok }],
  resetPassword: [
    { access: "open", input: () => ({ token: "t".repeat(32), newPassword }), expect: always("auth.tokenInvalid") },
    {
      access: "open",
      about: "by the owner's link",
      input: ({ links }) => ({ token: links.resetToken, newPassword }),
      expect: byTarget({
        others: "ok",
        deletedAccount: "auth.tokenInvalid",
        suspendedAccount: "auth.tokenInvalid",
      }),
    },
  ],
  requestEmailVerification: [{ access: "open", input: ({ people }) => ({ email: people.owner.email }), expect: ok }],
  verifyEmail: [{ access: "open", input: () => ({ token: "t".repeat(32) }), expect: always("auth.tokenInvalid") }],
  changeEmail: [
    {
      access: "signedIn",
      input: (world) => ({ newEmail: `${newHandle(world)}@test.example`, password }),
      expect: ok,
    },
  ],
  requestExport: [
    { access: "restricted", about: "just signed in", expect: ok },
    {
      access: "restricted",
      about: "with a wrong password",
      input: () => ({ password: newPassword }),
      expect: always("auth.wrongCredentials"),
    },
  ],
  export: [{ access: "restricted", expect: ok }],
  deleteAccount: [{ access: "restricted", input: () => ({ password }), expect: ok }],
};

export const user: RoomRows<"user"> = {
  me: [{ access: "restricted", expect: always("lists"), shows: (me, world) => me.id === world.me.id }],
  byHandle: [{ access: "public", input: ({ people }) => ({ handle: people.owner.handle }), expect: seesPerson }],
  byId: [
    { access: "public", input: ownerPerson, expect: seesPerson },
    {
      access: "public",
      about: "canSeePosts",
      input: ownerPerson,
      expect: byPostList({ in: "lists", out: "lists", private: "omits", blocker: "omits", none: "user.notFound" }),
      shows: (view) => view.canSeePosts,
    },
  ],
  isHandleFree: [{ access: "public", input: ({ people }) => ({ handle: people.owner.handle }), expect: ok }],
  update: [
    { access: "signedIn", input: () => ({ displayName: "Someone Else" }), expect: ok },
    {
      access: "signedIn",
      about: "the owner's picture",
      input: ({ mediaId }) => ({ avatarMediaId: mediaId }),
      expect: ({ viewer }) => (viewer === "owner" ? "media.notReady" : "media.notFound"),
    },
  ],
  dismissSuggestion: [{ access: "signedIn", input: ownerPerson, expect: ok }],
  suggestions: [
    {
      access: "signedIn",
      input: () => ({ limit: 100 }),
      expect: bySuggestion({ in: "lists", out: "omits" }),
      shows: (page, world) => page.items.some(isOwner(world)),
    },
  ],
};

/** Sets a relation to the owner; nobody does so to themselves. */
const relates = byPerson({
  yes: "ok",
  blocker: "ok",
  own: "input.invalid",
  blocked: "user.notFound",
  gone: "user.notFound",
});

/** The owner answers whoever asked; to others, nobody there has asked, and the one who asked is themselves. */
function answersRequest(otherwise: "ok" | "follow.notFound"): Rule {
  return ({ viewer, target }) => {
    if (viewer === "requested") return "input.invalid";
    return viewer === "owner" && target === "privateAccount" ? "ok" : otherwise;
  };
}
const whoAsked = ({ people }: CellWorld) => ({ userId: people.requested.id });

const followList = byPostList({
  in: "ok",
  out: "ok",
  private: "user.private",
  blocker: "block.active",
  none: "user.notFound",
});

export const follow: RoomRows<"follow"> = {
  create: [
    {
      access: "signedIn",
      input: ownerPerson,
      expect: byPerson({
        yes: "ok",
        blocker: "block.active",
        own: "input.invalid",
        blocked: "user.notFound",
        gone: "user.notFound",
      }),
    },
  ],
  delete: [{ access: "signedIn", input: ownerPerson, expect: relates }],
  acceptRequest: [
    {
      access: "signedIn",
      input: ownerPerson,
      expect: byPerson({
        yes: "follow.notFound",
        blocker: "follow.notFound",
        own: "input.invalid",
        blocked: "user.notFound",
        gone: "user.notFound",
      }),
    },
    { access: "signedIn", about: "who asked", input: whoAsked, expect: answersRequest("follow.notFound") },
  ],
  rejectRequest: [
    { access: "signedIn", input: ownerPerson, expect: relates },
    { access: "signedIn", about: "who asked", input: whoAsked, expect: answersRequest("ok") },
  ],
  removeFollower: [{ access: "signedIn", input: ownerPerson, expect: relates }],
  followers: [
    { access: "signedIn", input: ownerPerson, expect: followList },
    {
      access: "signedIn",
      about: "of a third person",
      input: ({ people }) => ({ userId: people.friend.id }),
      expect: listsPerson,
      shows: (page, world) => page.items.some(isOwner(world)),
    },
  ],
  following: [
    { access: "signedIn", input: ownerPerson, expect: followList },
    {
      access: "signedIn",
      about: "of a third person",
      input: ({ people }) => ({ userId: people.friend.id }),
      expect: listsPerson,
      shows: (page, world) => page.items.some(isOwner(world)),
    },
  ],
  requests: [
    {
      access: "signedIn",
      expect: listsOnly("owner/privateAccount"),
      shows: (page, { people }) => page.items.some((card) => card.id === people.requested.id),
    },
  ],
};

export const block: RoomRows<"block"> = {
  create: [
    {
      access: "signedIn",
      input: ownerPerson,
      expect: byPerson({ yes: "ok", blocker: "ok", blocked: "ok", own: "input.invalid", gone: "user.notFound" }),
    },
  ],
  delete: [{ access: "signedIn", input: ownerPerson, expect: relates }],
  list: [
    {
      access: "signedIn",
      expect: byPerson({ blocker: "lists", yes: "omits", blocked: "omits", own: "omits", gone: "omits" }),
      shows: (page, world) => page.items.some(isOwner(world)),
    },
  ],
};

export const mute: RoomRows<"mute"> = {
  create: [{ access: "signedIn", input: ownerPerson, expect: relates }],
  delete: [{ access: "signedIn", input: ownerPerson, expect: relates }],
  list: [
    {
      access: "signedIn",
      expect: listsOnly(
        "muted/public",
        "muted/followersOnly",
        "muted/privateAccount",
        "muted/deletedPost",
        "muted/removedPost",
      ),
      shows: (page, world) => page.items.some(isOwner(world)),
    },
  ],
};
