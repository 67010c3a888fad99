// What each procedure does, in a line, for people who read the reference. A procedure without one does not compile.
import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "../../root.ts";

type Inputs = inferRouterInputs<AppRouter>;

type Summaries = { readonly [Room in keyof Inputs]: { readonly [Name in keyof Inputs[Room]]: string } };

const summaries: Summaries = {
  auth: {
    signUp: "Makes an account; signs in at once where e-mail addresses need not be verified",
    signIn: "Begins a session with a handle or an e-mail address, and a password",
    refresh: "Trades a refresh token for new tokens",
    signOut: "Ends this session",
    signOutEverywhere: "Ends all sessions, or all but this one",
    sessions: "The devices that are signed in",
    revokeSession: "Signs another device out",
    changePassword: "Sets another password",
    requestPasswordReset: "Sends a link to choose a new password; answers the same for an address that nobody has",
    resetPassword: "Sets the password with the token of such a link",
    requestEmailVerification: "Sends the link that proves an e-mail address once more",
    verifyEmail: "Proves an e-mail address with the token of its link, and signs in",
    changeEmail: "Asks for another e-mail address, which counts once it is verified",
    requestExport: "Asks for an archive of everything that is kept of the caller",
    export: "The state of that archive, and its link",
    deleteAccount: "Deletes the caller's account for good",
  },
  user: {
    me: "The caller's own account",
    byHandle: "A profile by its handle",
    byId: "A profile by its id",
    isHandleFree: "Whether a handle may still be taken",
    update: "Changes the caller's profile; absent keys stay, null clears",
    suggestions: "People whom the caller may want to follow, and why",
    dismissSuggestion: "Proposes a person to the caller no more; a second time changes nothing",
  },
  follow: {
    create: "Follows a person, or asks to where the account is private",
    delete: "Follows a person no longer, or withdraws the request",
    acceptRequest: "Accepts a person's request to follow the caller",
    rejectRequest: "Rejects a person's request to follow the caller",
    removeFollower: "Ends a person's follow of the caller",
    followers: "Who follows a person",
    following: "Whom a person follows",
    requests: "Who asks to follow the caller",
  },
  block: {
    create: "Blocks a person: neither sees the other any more",
    delete: "Blocks a person no longer",
    list: "Whom the caller blocks",
  },
  mute: {
    create: "Mutes a person: their posts leave the home feed, and they do not hear of it",
    delete: "Mutes a person no longer",
    list: "Whom the caller mutes",
  },
  post: {
    create: "Publishes a post of a caption, pictures, or both",
    update: "Changes a post of the caller's",
    delete: "Deletes a post of the caller's; a second time changes nothing",
    byId: "One post",
    byUser: "A person's posts, newest first",
    history: "The earlier captions of a post, newest first",
  },
  like: {
    create: "Likes a post or a comment; a second time changes nothing",
    delete: "Takes the like back; a second time changes nothing",
    list: "Who likes a post or a comment",
  },
  comment: {
    create: "Comments on a post, or answers a comment of it",
    update: "Changes a comment of the caller's",
    delete: "Deletes a comment: its author or the post's may",
    byId: "One comment",
    list: "The top comments of a post",
    replies: "The replies below a top comment, oldest first",
  },
  explore: {
    hashtag: "Posts with a hashtag, the best or the newest first",
    trendingTags: "Hashtags that more people use than ever",
  },
  hashtag: {
    byTag: "A hashtag and how many public posts have it",
    follow: "Follows a hashtag; a second time changes nothing",
    unfollow: "Follows a hashtag no longer; a second time changes nothing",
    following: "The hashtags that the caller follows, newest first",
    feed: "Posts with a hashtag that the caller follows, newest first",
  },
  search: {
    hashtags: "Hashtags by their beginning, the most used first",
    users: "People by the beginning of a handle or a name; the typeahead of mentions, too",
    posts: "Posts that hold words, phrases or tags, newest first",
  },
  bookmark: {
    create: "Keeps a post for the caller alone",
    delete: "Keeps a post no longer",
    list: "The posts that the caller keeps, newest bookmark first",
  },
  feed: { home: "The caller's posts and those of whom they follow, newest first" },
  chat: {
    open: "The conversation with a person, made where there is none",
    list: "The caller's conversations, the one with the newest message first",
    byId: "One conversation",
    counts: "How many conversations have something unread, and how many requests wait",
    send: "Sends a message; answering a request accepts it",
    messages: "Messages by their numbers: the newest, or those before, after or around one",
    createGroup: "Makes a group; the others are asked",
    accept: "Accepts a request",
    decline: "Declines a request, silently",
    leave: "Leaves a conversation; a group that its owner leaves passes to the longest member",
    update: "Mutes a conversation for the caller; changes a group's title and picture",
    addMembers: "Asks people into a group",
    removeMember: "Puts somebody out of the caller's group",
    members: "Who is in a conversation or asked to be",
    edit: "Changes the words of the caller's message",
    delete: "Deletes the caller's message; its place stays",
    react: "Sets the caller's reaction to a message; null takes it back",
    setTyping: "Says that the caller is typing",
    markRead: "Marks a conversation as read up to a message; the mark only rises",
  },
  notification: {
    list: "The caller's notifications, one by one",
    groups: "The caller's notifications, those of one subject and day together",
    counts: "How many are unread, and how many unseen",
    markRead: "Marks notifications as read: by id, by group, or up to one",
    markSeen: "Marks notifications as seen, up to one",
    preferences: "What the caller wants to hear of, and how",
    updatePreferences: "Changes what the caller wants to hear of; absent keys stay",
    setQuiet: "Hears of a post no longer, or again",
  },
  live: {
    onEvent: "What happens to the caller, as it happens; goes on where it stopped",
    onQueue: "How the queue of cases stands; for moderators",
    onConversation: "How far others have read in a conversation, and who types",
    onPost: "Counts and comments of one post, as they change",
  },
  push: {
    subscribe: "Sends notifications to this browser",
    unsubscribe: "Sends them there no longer",
    publicKey: "The key that browsers subscribe with",
  },
  media: {
    create: "Announces a picture, and answers the request to upload it with",
    complete: "Says that the upload is done: the picture is made ready",
    byId: "A picture of the caller's, and how far it is",
  },
  moderation: {
    report: "Tells the moderators of a post, a comment or a person",
    myReports: "The caller's own reports, and whether something was done",
    decisions: "What moderators decided about the caller; also while suspended",
    appeal: "Appeals against a decision about the caller, once; also while suspended",
    reports: "The reports that are open; for moderators",
    resolve: "Closes a report; for moderators",
    banHashtag: "Keeps a hashtag from trending and from being proposed",
    unbanHashtag: "Ends the ban of a hashtag",
    suspend: "Suspends an account; for moderators",
    unsuspend: "Ends a suspension; for moderators",
    cases: "The queue of open cases, or those that are closed; for moderators",
    case: "A case with its reports, evidence and decisions; for moderators",
    log: "All decisions; for moderators",
    take: "Takes a case for a quarter of an hour, or the next one; for moderators",
    decide: "Decides a case, and tells the person; for moderators",
    reverse: "Takes a decision back, and what it did; for moderators",
    resolveAppeal: "Upholds or overturns a decision that was appealed against; for moderators",
  },
};

const byPath: ReadonlyMap<string, string> = new Map(
  Object.entries(summaries).flatMap(([room, ofRoom]) =>
    Object.entries<string>(ofRoom).map(([name, summary]): [string, string] => [`${room}.${name}`, summary]),
  ),
);

/** What a procedure does. */
export function summaryOf(path: string): string {
  const summary = byPath.get(path);
  if (summary === undefined) throw new Error(`${path} has no summary`);
  return summary;
}
