// What each viewer may expect of each target, as API.md says it: small grids that a person can check line by line.
// Promise: nothing here is computed from the code under test.
import type { AppErrorCode } from "../../platform/call/errors.ts";

/** Who calls; all but `anonymous` have a live token. Each stands to the target's owner as the name says. */
export const viewers = [
  "anonymous",
  "stranger",
  /** Followed while the account was public, or was accepted. */
  "follower",
  /** Asked to follow; where the account is public, nobody can be in that state: a stranger. */
  "requested",
  /** Followed, and was blocked by the owner. */
  "blocked",
  /** Followed, and blocked the owner. */
  "blocker",
  /** Follows, and muted the owner. */
  "muted",
  "owner",
  "moderator",
  /** Follows; their own account is suspended. */
  "suspended",
  /** Followed; their own account is deleted. */
  "deleted",
] as const;
export type ViewerName = (typeof viewers)[number];

/** What is looked at: an account with a post, comments, likes. Everything was public once, and seen by everyone. */
export const targets = [
  "public",
  /** A followers-only post of a public account. */
  "followersOnly",
  "privateAccount",
  /** The post, and the owner's comment elsewhere, are deleted; the account lives. */
  "deletedPost",
  /** A moderator removed the post, and the owner's comment elsewhere; the account lives. */
  "removedPost",
  "deletedAccount",
  "suspendedAccount",
] as const;
export type TargetName = (typeof targets)[number];

/** How a cell ends: refused with a code, or answered; where it matters, with or without the subject in the answer. */
export type Outcome = "ok" | "lists" | "omits" | AppErrorCode;

export type Rule = (cell: { viewer: ViewerName; target: TargetName }) => Outcome;

/**
 * Who may call at all: `open` ignores tokens, `public` takes none or a good one; the others need one. `restricted` is
 * for suspended accounts, too.
 */
export type Access = "open" | "public" | "signedIn" | "restricted" | "moderator";

/** The refusal that comes before any other rule, or null. */
export function findRefusal(access: Access, cell: { viewer: ViewerName; target: TargetName }): Outcome | null {
  const { viewer, target } = cell;
  if (access === "open") return null;
  const isOwner = viewer === "owner";
  if (viewer === "deleted" || (isOwner && target === "deletedAccount")) return "auth.sessionRevoked";
  const isSuspended = viewer === "suspended" || (isOwner && target === "suspendedAccount");
  if (isSuspended && access !== "restricted") return "auth.suspended";
  if (viewer === "anonymous" && access !== "public") return "auth.required";
  if (viewer !== "moderator" && access === "moderator") return "moderation.forbidden";
  return null;
}

/** The same for everyone who gets this far. */
export function always(outcome: Outcome): Rule {
  return () => outcome;
}

/** By target only; `others` for the targets that are not named. */
export function byTarget(outcomes: Partial<Record<TargetName, Outcome>> & { others: Outcome }): Rule {
  return ({ target }) => outcomes[target] ?? outcomes.others;
}

/** `lists` for these cells, written "viewer/target" or "viewer", and `omits` for the rest. */
export function listsOnly(...cells: readonly (ViewerName | `${ViewerName}/${TargetName}`)[]): Rule {
  const listed = new Set<string>(cells);
  return ({ viewer, target }) => (listed.has(viewer) || listed.has(`${viewer}/${target}`) ? "lists" : "omits");
}

/** Reads a grid: a line of targets, then a line a viewer. `words` says what its words mean for one procedure. */
function grid<Word extends string>(text: string): (words: Record<Word, Outcome>) => Rule {
  const [head = [], ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const wordAt = new Map(
    lines.flatMap(([viewer, ...row]) => head.map((target, column) => [`${viewer}/${target}`, row[column]])),
  );
  return (words) => {
    const meanings = new Map<string | undefined, Outcome>(Object.entries<Outcome>(words));
    return ({ viewer, target }) => {
      const outcome = meanings.get(wordAt.get(`${viewer}/${target}`));
      if (outcome === undefined) throw new Error(`no rule says what ${viewer} may expect of ${target}`);
      return outcome;
    };
  };
}

// The lines of suspended and deleted viewers, and the owner's own under a dead account, matter only where tokens are
// ignored; nothing that ignores them looks at people or posts.

/** The account itself. */
export const byPerson = grid<"yes" | "blocked" | "blocker" | "own" | "gone">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    anonymous  yes      yes            yes             yes          yes          gone            gone
    stranger   yes      yes            yes             yes          yes          gone            gone
    follower   yes      yes            yes             yes          yes          gone            gone
    requested  yes      yes            yes             yes          yes          gone            gone
    blocked    blocked  blocked        blocked         blocked      blocked      gone            gone
    blocker    blocker  blocker        blocker         blocker      blocker      gone            gone
    muted      yes      yes            yes             yes          yes          gone            gone
    owner      own      own            own             own          own          -               -
    moderator  yes      yes            yes             yes          yes          gone            gone
`);

/** The owner's post, and what hangs on it. */
export const byPost = grid<"yes" | "no" | "own" | "ownGone" | "ownRemoved">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    anonymous  yes      no             no              no           no           no              no
    stranger   yes      no             no              no           no           no              no
    follower   yes      yes            yes             no           no           no              no
    requested  yes      no             no              no           no           no              no
    blocked    no       no             no              no           no           no              no
    blocker    no       no             no              no           no           no              no
    muted      yes      yes            yes             no           no           no              no
    owner      own      own            own             ownGone      ownRemoved   -               -
    moderator  yes      no             no              no           no           no              no
`);

/** The list of the owner's posts: with the post in it, without, or refused; follow lists are refused alike. */
export const byPostList = grid<"in" | "out" | "private" | "blocker" | "none">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    anonymous  in       out            private         out          out          none            none
    stranger   in       out            private         out          out          none            none
    follower   in       in             in              out          out          none            none
    requested  in       out            private         out          out          none            none
    blocked    none     none           none            none         none         none            none
    blocker    blocker  blocker        blocker         blocker      blocker      none            none
    muted      in       in             in              out          out          none            none
    owner      in       in             in              out          in           -               -
    moderator  in       out            private         out          out          none            none
`);

/** The owner's comment under a third person's public post: neither private accounts nor narrow posts matter there. */
export const byAwayComment = grid<"yes" | "no" | "own" | "ownGone" | "ownRemoved">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    anonymous  yes      yes            yes             no           no           no              no
    stranger   yes      yes            yes             no           no           no              no
    follower   yes      yes            yes             no           no           no              no
    requested  yes      yes            yes             no           no           no              no
    blocked    no       no             no              no           no           no              no
    blocker    no       no             no              no           no           no              no
    muted      yes      yes            yes             no           no           no              no
    owner      own      own            own             ownGone      ownRemoved   -               -
    moderator  yes      yes            yes             no           no           no              no
`);

/** The conversation of two with the owner: `gone` is one that can be read and not written into. The owner's is with the friend. */
export const byDirect = grid<"yes" | "no" | "gone">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    stranger   yes      yes            yes             yes          yes          gone            no
    follower   yes      yes            yes             yes          yes          gone            no
    requested  yes      yes            yes             yes          yes          gone            no
    blocked    no       no             no              no           no           no              no
    blocker    no       no             no              no           no           no              no
    muted      yes      yes            yes             yes          yes          gone            no
    owner      yes      yes            yes             yes          yes          -               -
    moderator  yes      yes            yes             yes          yes          gone            no
`);

/** The owner's group: its members, who is asked, who left, and who is or was put out. */
export const byMembership = grid<"member" | "asked" | "left" | "out" | "owner">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    stranger   out      out            out             out          out          out             out
    follower   member   member         member          member       member       member          member
    requested  asked    asked          asked           asked        asked        asked           asked
    blocked    member   member         member          member       member       member          member
    blocker    out      out            out             out          out          out             out
    muted      left     left           left            left         left         left            left
    owner      owner    owner          owner           owner        owner        -               -
    moderator  out      out            out             out          out          out             out
`);

/** Whether the owner may be proposed: to whoever does not follow, asked, blocked or muted already. */
export const bySuggestion = grid<"in" | "out">(`
               public   followersOnly  privateAccount  deletedPost  removedPost  deletedAccount  suspendedAccount
    stranger   in       in             in              in           in           out             out
    follower   out      out            out             out          out          out             out
    requested  in       in             out             in           in           out             out
    blocked    out      out            out             out          out          out             out
    blocker    out      out            out             out          out          out             out
    muted      out      out            out             out          out          out             out
    owner      out      out            out             out          out          -               -
    moderator  in       in             in              in           in           out             out
`);

// What the words mean most often.

/** Acts on the owner's profile. */
export const seesPerson = byPerson({
  yes: "ok",
  blocker: "ok",
  own: "ok",
  blocked: "user.notFound",
  gone: "user.notFound",
});

/** The owner is in a list that the viewer may read. */
export const listsPerson = byPerson({ yes: "lists", own: "lists", blocker: "omits", blocked: "omits", gone: "omits" });

/** Acts on the post as anyone who sees it may. */
export const seesPost = byPost({
  yes: "ok",
  own: "ok",
  ownRemoved: "ok",
  no: "post.notFound",
  ownGone: "post.notFound",
});

/** Reads the conversation of two with the owner. */
export const seesDirect = byDirect({ yes: "ok", gone: "ok", no: "chat.notFound" });

/** That conversation is in a list of the viewer's. */
export const listsDirect = byDirect({ yes: "lists", gone: "lists", no: "omits" });

const notThere = { left: "chat.notFound", out: "chat.notFound" } as const;

/** Looks at the owner's group. */
export const seesGroup = byMembership({ member: "ok", asked: "ok", owner: "ok", ...notThere });

/** Reads what is said in it. */
export const readsGroup = byMembership({ member: "ok", asked: "chat.notFound", owner: "ok", ...notThere });

/** Sees the words of a message that the owner sent into it. */
export const seesGroupMessage: Rule = (cell) => {
  const read = readsGroup(cell);
  return read === "ok" && seesPerson(cell) !== "ok" ? "chat.notFound" : read;
};

/** Takes part in it. */
export const actsInGroup = byMembership({ member: "ok", asked: "chat.forbidden", owner: "ok", ...notThere });

/** Changes it. */
export const ownsGroup = byMembership({ member: "chat.forbidden", asked: "chat.forbidden", owner: "ok", ...notThere });

/** Changes what the owner said in it. */
export const ownsGroupMessage = byMembership({
  member: "chat.forbidden",
  asked: "chat.notFound",
  owner: "ok",
  ...notThere,
});

/** Acts on a comment under the post as anyone who sees it may. */
export const seesComment = byPost({
  yes: "ok",
  own: "ok",
  ownRemoved: "ok",
  no: "comment.notFound",
  ownGone: "comment.notFound",
});

/** The post is in a list that the viewer may read. */
export const listsPost = byPost({
  yes: "lists",
  own: "lists",
  ownRemoved: "lists",
  no: "omits",
  ownGone: "omits",
});

/** Acts on the owner's comment elsewhere. */
export const seesAwayComment = byAwayComment({
  yes: "ok",
  own: "ok",
  ownRemoved: "ok",
  no: "comment.notFound",
  ownGone: "comment.notFound",
});
