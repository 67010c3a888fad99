// The matrix of what people are told, and of what moderators do.
import { maxId } from "@pixora/db";
import {
  always,
  byTarget,
  listsPost,
  type Outcome,
  type Rule,
  readsGroup,
  seesAwayComment,
  seesComment,
  seesDirect,
  seesGroupMessage,
  seesPerson,
  seesPost,
} from "./rules.ts";
import type { CellWorld, RoomRows } from "./table.ts";

const ok = always("ok");
const ownersPost = ({ postId }: CellWorld) => ({ postId });

/** Something that was told of the post while everyone saw it: to its owner by all, to the others by its owner. */
function isOfPost(world: CellWorld): (told: { postId: string | null }) => boolean {
  return (told) => told.postId === world.postId;
}

export const notification: RoomRows<"notification"> = {
  list: [
    {
      access: "signedIn",
      input: () => ({ limit: 100 }),
      expect: listsPost,
      shows: (page, world) => page.items.some(isOfPost(world)),
    },
  ],
  groups: [
    {
      access: "signedIn",
      input: () => ({ limit: 100 }),
      expect: listsPost,
      shows: (page, world) => page.items.some(isOfPost(world)),
    },
  ],
  counts: [{ access: "signedIn", expect: ok }],
  markRead: [
    { access: "signedIn", input: () => ({ ids: ["1"] }), expect: ok },
    { access: "signedIn", about: "groups", input: ({ postId }) => ({ groupKeys: [`LIKE/${postId}`] }), expect: ok },
    { access: "signedIn", about: "up to", input: () => ({ upToId: maxId }), expect: ok },
  ],
  markSeen: [{ access: "signedIn", input: () => ({ upToId: maxId }), expect: ok }],
  preferences: [{ access: "signedIn", expect: ok }],
  updatePreferences: [{ access: "signedIn", input: () => ({ types: { LIKE: { push: false } } }), expect: ok }],
  setQuiet: [{ access: "signedIn", input: ({ postId }) => ({ postId, isQuiet: true }), expect: seesPost }],
};

export const live: RoomRows<"live"> = {
  onEvent: [
    {
      access: "signedIn",
      about: "what was told before",
      input: () => ({ lastEventId: "0" }),
      expect: listsPost,
      shows: (events, world) =>
        events.some((event) => event.type === "notification.created" && isOfPost(world)(event.notification)),
    },
  ],
  onConversation: [
    { access: "signedIn", input: ({ me }) => ({ conversationId: me.directId }), expect: seesDirect },
    { access: "signedIn", about: "a group", input: ({ groupId }) => ({ conversationId: groupId }), expect: readsGroup },
  ],
  onQueue: [{ access: "moderator", expect: ok }],
  onPost: [{ access: "public", input: ownersPost, expect: seesPost }],
};

// Another in each world: worlds are tried side by side, and a browser is one person's.
const endpointOf = ({ label }: CellWorld) => `https://push.example.com/send/${label}`;
/** The point that everybody's curve begins at. */
const p256dh = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

export const push: RoomRows<"push"> = {
  subscribe: [
    {
      access: "signedIn",
      input: (world) => ({ endpoint: endpointOf(world), keys: { p256dh, auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
      expect: ok,
    },
  ],
  unsubscribe: [{ access: "signedIn", input: (world) => ({ endpoint: endpointOf(world) }), expect: ok }],
  publicKey: [{ access: "public", expect: ok }],
};

const reason = "spam";
const ofStaff = ({ staffCaseId }: CellWorld) => ({ caseId: staffCaseId });
const onlyOwner =
  (outcome: Outcome): Rule =>
  ({ viewer }) =>
    viewer === "owner" ? outcome : "moderation.notFound";
const lives = byTarget({ others: "ok", deletedAccount: "user.notFound" });

export const moderation: RoomRows<"moderation"> = {
  report: [
    { access: "signedIn", input: ({ postId }) => ({ target: { postId }, reason }), expect: seesPost },
    {
      access: "signedIn",
      about: "a comment",
      input: ({ commentId }) => ({ target: { commentId }, reason }),
      expect: seesComment,
    },
    {
      access: "signedIn",
      about: "a comment elsewhere",
      input: ({ awayCommentId }) => ({ target: { commentId: awayCommentId }, reason }),
      expect: seesAwayComment,
    },
    {
      access: "signedIn",
      about: "a person",
      input: ({ people }) => ({ target: { userId: people.owner.id }, reason }),
      expect: seesPerson,
    },
    {
      access: "signedIn",
      about: "a message in a group",
      input: ({ groupId, groupSeq }) => ({ target: { conversationId: groupId, seq: groupSeq }, reason }),
      expect: seesGroupMessage,
    },
  ],
  myReports: [{ access: "signedIn", expect: ok }],
  decisions: [
    {
      access: "restricted",
      expect: ({ viewer }) => (viewer === "owner" ? "lists" : "omits"),
      shows: (page, { decisionId }) => page.items.some((decision) => decision.id === decisionId),
    },
  ],
  appeal: [
    {
      access: "restricted",
      input: ({ decisionId }) => ({ decisionId, text: "I was kind" }),
      expect: onlyOwner("ok"),
    },
    {
      access: "restricted",
      about: "once more",
      input: ({ appealedId }) => ({ decisionId: appealedId, text: "I was very kind" }),
      expect: onlyOwner("moderation.appealed"),
    },
  ],
  cases: [
    {
      access: "moderator",
      input: () => ({ limit: 100 }),
      expect: always("lists"),
      shows: (page, { caseId }) => page.items.some((found) => found.id === caseId),
    },
    {
      access: "moderator",
      about: "about oneself",
      input: () => ({ limit: 100 }),
      expect: always("omits"),
      shows: (page, { staffCaseId }) => page.items.some((found) => found.id === staffCaseId),
    },
    { access: "moderator", about: "closed", input: () => ({ state: "closed" as const }), expect: ok },
  ],
  case: [
    { access: "moderator", input: ({ caseId }) => ({ caseId }), expect: ok },
    { access: "moderator", about: "about oneself", input: ofStaff, expect: always("moderation.notFound") },
  ],
  log: [
    {
      access: "moderator",
      input: () => ({ limit: 100 }),
      expect: always("lists"),
      shows: (page, { decisionId }) => page.items.some((decision) => decision.id === decisionId),
    },
  ],
  take: [
    { access: "moderator", expect: ok },
    { access: "moderator", about: "one", input: ({ caseId }) => ({ caseId }), expect: ok },
    { access: "moderator", about: "about oneself", input: ofStaff, expect: always("moderation.notFound") },
  ],
  decide: [
    { access: "moderator", input: ({ caseId }) => ({ caseId, action: "remove" as const, text: "spam" }), expect: ok },
    {
      access: "moderator",
      about: "about oneself",
      input: ({ staffCaseId }) => ({ caseId: staffCaseId, action: "dismiss" as const }),
      expect: always("moderation.notFound"),
    },
  ],
  reverse: [{ access: "moderator", input: ({ decisionId }) => ({ decisionId, text: "it was kind" }), expect: ok }],
  resolveAppeal: [
    {
      access: "moderator",
      input: ({ appealedId }) => ({ decisionId: appealedId, outcome: "overturned" as const, reply: "it was" }),
      expect: ok,
    },
    {
      access: "moderator",
      about: "nobody appealed",
      input: ({ decisionId }) => ({ decisionId, outcome: "upheld" as const, reply: "it was not" }),
      expect: always("moderation.notFound"),
    },
  ],
  reports: [
    {
      access: "moderator",
      input: () => ({ limit: 100 }),
      expect: always("lists"),
      shows: (page, { reportId }) => page.items.some((report) => report.id === reportId),
    },
    {
      access: "moderator",
      about: "about oneself",
      input: () => ({ limit: 100 }),
      expect: always("omits"),
      shows: (page, { staffReportId }) => page.items.some((report) => report.id === staffReportId),
    },
  ],
  resolve: [
    {
      access: "moderator",
      about: "dismiss",
      input: ({ reportId }) => ({ reportId, action: "dismiss" }),
      expect: ok,
    },
    {
      access: "moderator",
      about: "delete",
      input: ({ reportId }) => ({ reportId, action: "delete" }),
      expect: ok,
    },
    {
      access: "moderator",
      about: "about oneself",
      input: ({ staffReportId }) => ({ reportId: staffReportId, action: "dismiss" }),
      expect: always("moderation.notFound"),
    },
  ],
  banHashtag: [{ access: "moderator", input: () => ({ tag: "anything" }), expect: ok }],
  unbanHashtag: [{ access: "moderator", input: () => ({ tag: "anything" }), expect: ok }],
  suspend: [{ access: "moderator", input: ({ people }) => ({ userId: people.owner.id }), expect: lives }],
  unsuspend: [{ access: "moderator", input: ({ people }) => ({ userId: people.owner.id }), expect: lives }],
};
