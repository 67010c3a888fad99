// What an export holds: one section a kind of thing that is the person's, as SQL that reads it page by page.
// A room that stores something of people adds its section here.
import { type Statement, statement } from "@pixora/db";

export interface ExportRow {
  key: string;
  tie: string;
  /** The entry as JSON text. */
  entry: string;
}

export interface ExportSection {
  name: string;
  /** Values: the person, the last key, the last tie, how many. */
  select: Statement<ExportRow>;
}

interface SectionParts {
  /** Fields of an entry: JSON name → SQL expression. Ids must be cast to text: they do not fit a JSON number. */
  fields: Record<string, string>;
  from: string;
  where: string;
  /** What the pages are ordered by, and what tells equal ones apart. */
  key: string;
  tie?: string;
}

function section(name: string, parts: SectionParts): ExportSection {
  const { key, tie = key } = parts;
  const fields = Object.entries(parts.fields).map(([field, expression]) => `'${field}', ${expression}`);
  const text = `select ${key} as key, ${tie} as tie, json_build_object(${fields.join(", ")})::text as entry
    from ${parts.from}
    where ${parts.where} and (${key}, ${tie}) > ($2::bigint, $3::bigint)
    order by ${key}, ${tie} limit $4`;
  return { name, select: statement(`account.export${name.charAt(0).toUpperCase()}${name.slice(1)}`, text) };
}

/** A relation to another person, from either end. */
function people(name: string, relation: { table: string; own: string; other: string }): ExportSection {
  return section(name, {
    fields: { userId: "u.id::text", handle: "u.handle", since: "t.created_at" },
    from: `${relation.table} t join users u on u.id = t.${relation.other}`,
    where: `t.${relation.own} = $1 and u.deleted_at is null`,
    key: "t.id",
    tie: `t.${relation.other}`,
  });
}

/** A mark that the person set on something: a like, a bookmark. */
function marks(name: string, mark: { table: string; target: string; field: string }): ExportSection {
  return section(name, {
    fields: { [mark.field]: `t.${mark.target}::text`, createdAt: "t.created_at" },
    from: `${mark.table} t`,
    where: "t.user_id = $1",
    key: "t.id",
    tie: `t.${mark.target}`,
  });
}

export const exportSections: readonly ExportSection[] = [
  section("profile", {
    fields: {
      id: "u.id::text",
      handle: "u.handle",
      displayName: "u.display_name",
      bio: "u.bio",
      website: "u.website",
      isPrivate: "u.is_private",
      isDiscoverable: "u.is_discoverable",
      role: "u.role",
      createdAt: "u.created_at",
      email: "c.email",
      pendingEmail: "c.pending_email",
      emailVerifiedAt: "c.email_verified_at",
    },
    from: "users u join credentials c on c.user_id = u.id",
    where: "u.id = $1",
    key: "u.id",
  }),
  section("sessions", {
    fields: {
      id: "t.id::text",
      deviceName: "t.device_name",
      ipHint: "t.ip_hint",
      createdAt: "t.created_at",
      lastUsedAt: "t.last_used_at",
      endedAt: "t.revoked_at",
    },
    from: "sessions t",
    where: "t.user_id = $1",
    key: "t.id",
  }),
  section("posts", {
    fields: {
      id: "t.id::text",
      caption: "t.caption",
      visibility: "t.visibility",
      hashtags: "t.hashtags",
      createdAt: "t.created_at",
      editedAt: "t.edited_at",
      history: `(select coalesce(json_agg(json_build_object('caption', e.caption, 'editedAt', e.edited_at)
                                          order by e.id), '[]') from post_edits e where e.post_id = t.id)`,
    },
    from: "posts t",
    where: "t.author_id = $1 and t.deleted_at is null",
    key: "t.id",
  }),
  section("comments", {
    fields: {
      id: "t.id::text",
      postId: "t.post_id::text",
      parentId: "t.parent_id::text",
      text: "t.text",
      createdAt: "t.created_at",
      editedAt: "t.edited_at",
    },
    from: "comments t",
    where: "t.author_id = $1 and t.deleted_at is null",
    key: "t.id",
  }),
  section("media", {
    fields: {
      id: "t.id::text",
      purpose: "t.purpose",
      state: "t.state",
      postId: "t.post_id::text",
      contentType: "t.content_type",
      byteSize: "t.byte_size",
      width: "t.width",
      height: "t.height",
      alt: "t.alt",
      createdAt: "t.created_at",
    },
    from: "media t",
    where: "t.owner_id = $1 and t.deleted_at is null",
    key: "t.id",
  }),
  marks("postLikes", { table: "post_likes", target: "post_id", field: "postId" }),
  marks("commentLikes", { table: "comment_likes", target: "comment_id", field: "commentId" }),
  marks("bookmarks", { table: "bookmarks", target: "post_id", field: "postId" }),
  people("following", { table: "follows", own: "follower_id", other: "followee_id" }),
  people("followers", { table: "follows", own: "followee_id", other: "follower_id" }),
  section("followedHashtags", {
    fields: { hashtag: "t.tag", since: "t.created_at" },
    from: "hashtag_follows t",
    where: "t.user_id = $1",
    key: "t.id",
  }),
  people("requestsSent", { table: "follow_requests", own: "requester_id", other: "target_id" }),
  people("requestsReceived", { table: "follow_requests", own: "target_id", other: "requester_id" }),
  people("blocked", { table: "blocks", own: "blocker_id", other: "blocked_id" }),
  people("dismissedSuggestions", { table: "suggestion_dismissals", own: "user_id", other: "dismissed_id" }),
  people("muted", { table: "mutes", own: "muter_id", other: "muted_id" }),
  section("conversations", {
    fields: {
      id: "t.conversation_id::text",
      kind: "c.kind",
      title: "c.title",
      withUserId: "t.peer_id::text",
      state: "t.state",
      role: "t.role",
      readUpTo: "t.read_seq",
      mutedUntil: "t.muted_until",
      joinedAt: "t.accepted_at",
    },
    from: "conversation_members t join conversations c on c.id = t.conversation_id",
    where: "t.user_id = $1",
    key: "t.conversation_id",
  }),
  // One's own alone: what others said is theirs.
  section("messages", {
    fields: {
      conversationId: "t.conversation_id::text",
      seq: "t.seq",
      kind: "t.kind",
      text: "t.text",
      postId: "t.post_id::text",
      replyToSeq: "t.reply_seq",
      editedAt: "t.edited_at",
    },
    from: "conversation_members m join messages t on t.conversation_id = m.conversation_id and t.sender_id = m.user_id",
    where: "m.user_id = $1 and t.deleted_at is null",
    key: "t.conversation_id",
    tie: "t.seq",
  }),
  section("messageReactions", {
    fields: { conversationId: "t.conversation_id::text", seq: "t.seq", reaction: "t.reaction" },
    from: "message_reactions t",
    where: "t.user_id = $1",
    key: "t.conversation_id",
    tie: "t.seq",
  }),
  section("notifications", {
    fields: {
      id: "t.id::text",
      type: "t.type",
      actorId: `t."actorId"::text`,
      postId: `t."postId"::text`,
      commentId: `t."commentId"::text`,
      createdAt: `t."createdAt"`,
      read: "t.read",
      seen: "t.seen",
    },
    from: "notifications t",
    where: `t."receiverId" = $1`,
    key: "t.id",
  }),
  section("notificationPreferences", {
    fields: {
      types: "t.types",
      digestFrequency: "t.digest_frequency",
      digestHour: "t.digest_hour",
      timeZone: "t.time_zone",
    },
    from: "notification_preferences t",
    where: "t.user_id = $1",
    key: "t.user_id",
  }),
  section("deliveries", {
    fields: { channel: "t.channel", about: "t.cause_key", state: "t.state", createdAt: "t.created_at" },
    from: "deliveries t",
    where: "t.user_id = $1",
    key: "t.id",
  }),
  section("pushSubscriptions", {
    fields: { endpoint: "t.endpoint", sessionId: "t.session_id::text", createdAt: "t.created_at" },
    from: "push_subscriptions t",
    where: "t.user_id = $1",
    key: "t.id",
  }),
  section("quietPosts", {
    fields: { postId: "t.post_id::text" },
    from: "quiet_posts t",
    where: "t.user_id = $1",
    key: "t.post_id",
  }),
  section("decisions", {
    fields: {
      id: "t.id::text",
      action: "t.action",
      postId: "t.post_id::text",
      commentId: "t.comment_id::text",
      rule: "t.rule",
      text: "t.text",
      until: "t.until",
      createdAt: "t.created_at",
      reversedAt: "(select r.created_at from decisions r where r.reverses_id = t.id)",
      appeal: `(select json_build_object('text', a.text, 'state', a.state, 'reply', a.reply, 'createdAt', a.created_at)
                from appeals a where a.decision_id = t.id)`,
    },
    from: "decisions t",
    where: "t.user_id = $1 and t.action not in ('dismiss', 'reverse')",
    key: "t.id",
  }),
  section("reports", {
    fields: {
      id: "t.id::text",
      reason: "t.reason",
      note: "t.note",
      postId: "t.post_id::text",
      commentId: "t.comment_id::text",
      userId: "t.user_id::text",
      createdAt: "t.created_at",
    },
    from: "reports t",
    where: "t.reporter_id = $1",
    key: "t.id",
  }),
];
