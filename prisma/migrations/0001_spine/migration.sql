-- Ids: 41 bits of milliseconds since 2024-01-01T00:00:00Z, 10 bits shard, 12 bits sequence.
-- clock_timestamp(), not now(): now() stands still within a statement, and ids of one statement would repeat.
create sequence id_sequence as integer minvalue 0 maxvalue 4095 cycle cache 1;

create function id_at(instant timestamptz) returns bigint
language sql immutable parallel safe
as $$ select (floor(extract(epoch from instant) * 1000)::bigint - 1704067200000) << 22 $$;

-- The shard of a database: alter database … set pixora.shard = '7'; default 0.
create function next_id() returns bigint
language sql volatile parallel unsafe
as $$
  select id_at(clock_timestamp())
       | (coalesce(nullif(current_setting('pixora.shard', true), ''), '0')::bigint << 12)
       | nextval('id_sequence')
$$;

-- CreateTable
CREATE TABLE "credentials" (
    "user_id" BIGINT NOT NULL,
    "email" TEXT NOT NULL,
    "pending_email" TEXT,
    "email_verified_at" TIMESTAMPTZ(3),
    "password_hash" TEXT NOT NULL,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "user_id" BIGINT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "salt" BYTEA NOT NULL,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "device_name" TEXT NOT NULL,
    "ip_hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blocks" (
    "blocker_id" BIGINT NOT NULL,
    "blocked_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "blocks_pkey" PRIMARY KEY ("blocker_id","blocked_id")
);

-- CreateTable
CREATE TABLE "bookmarks" (
    "post_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "bookmarks_pkey" PRIMARY KEY ("post_id","user_id")
);

-- CreateTable
CREATE TABLE "comments" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "post_id" BIGINT NOT NULL,
    "author_id" BIGINT NOT NULL,
    "parent_id" BIGINT,
    "reply_to_id" BIGINT,
    "text" TEXT NOT NULL,
    "mention_ids" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "comments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment_counts" (
    "comment_id" BIGINT NOT NULL,
    "like_count" INTEGER NOT NULL DEFAULT 0,
    "reply_count" INTEGER NOT NULL DEFAULT 0,
    "rev" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "comment_counts_pkey" PRIMARY KEY ("comment_id")
);

-- CreateTable
CREATE TABLE "follows" (
    "follower_id" BIGINT NOT NULL,
    "followee_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "follows_pkey" PRIMARY KEY ("follower_id","followee_id")
);

-- CreateTable
CREATE TABLE "follow_requests" (
    "requester_id" BIGINT NOT NULL,
    "target_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "follow_requests_pkey" PRIMARY KEY ("requester_id","target_id")
);

-- CreateTable
CREATE TABLE "post_likes" (
    "post_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "post_likes_pkey" PRIMARY KEY ("post_id","user_id")
);

-- CreateTable
CREATE TABLE "comment_likes" (
    "comment_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "comment_likes_pkey" PRIMARY KEY ("comment_id","user_id")
);

-- CreateTable
CREATE TABLE "live_heads" (
    "user_id" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "unread" INTEGER NOT NULL DEFAULT 0,
    "unseen" INTEGER NOT NULL DEFAULT 0,
    "last_notification_id" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "live_heads_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "live_log" (
    "user_id" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "live_log_pkey" PRIMARY KEY ("user_id","seq")
);

-- CreateTable
CREATE TABLE "mutes" (
    "muter_id" BIGINT NOT NULL,
    "muted_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "mutes_pkey" PRIMARY KEY ("muter_id","muted_id")
);

-- CreateTable
CREATE TABLE "notifications" (
    "id" BIGINT NOT NULL,
    "receiverId" BIGINT NOT NULL,
    "actorId" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "postId" BIGINT,
    "commentId" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "read" BOOLEAN NOT NULL DEFAULT false,
    "seen" BOOLEAN NOT NULL DEFAULT false,
    "groupKey" TEXT NOT NULL,
    "causeKey" TEXT NOT NULL,

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "fact" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "stamped_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_completions" (
    "fact_id" BIGINT NOT NULL,
    "job" TEXT NOT NULL,

    CONSTRAINT "outbox_completions_pkey" PRIMARY KEY ("fact_id","job")
);

-- CreateTable
CREATE TABLE "dead_letters" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "fact_id" BIGINT NOT NULL,
    "fact" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "job" TEXT NOT NULL,
    "error" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "posts" (
    "id" BIGINT NOT NULL,
    "author_id" BIGINT NOT NULL,
    "caption" TEXT NOT NULL DEFAULT '',
    "visibility" TEXT NOT NULL DEFAULT 'public',
    "hashtags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "mention_ids" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "posts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "post_counts" (
    "post_id" BIGINT NOT NULL,
    "like_count" INTEGER NOT NULL DEFAULT 0,
    "comment_count" INTEGER NOT NULL DEFAULT 0,
    "rev" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "post_counts_pkey" PRIMARY KEY ("post_id")
);

-- CreateTable
CREATE TABLE "post_edits" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "post_id" BIGINT NOT NULL,
    "caption" TEXT NOT NULL,
    "edited_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "post_edits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "author_heads" (
    "author_id" BIGINT NOT NULL,
    "last_post_id" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "author_heads_pkey" PRIMARY KEY ("author_id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "user_id" BIGINT NOT NULL,
    "procedure" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "result_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("user_id","procedure","key")
);

-- CreateTable
CREATE TABLE "users" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "handle" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "bio" TEXT NOT NULL DEFAULT '',
    "website" TEXT,
    "is_private" BOOLEAN NOT NULL DEFAULT false,
    "role" TEXT NOT NULL DEFAULT 'user',
    "suspended_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_counts" (
    "user_id" BIGINT NOT NULL,
    "post_count" INTEGER NOT NULL DEFAULT 0,
    "follower_count" INTEGER NOT NULL DEFAULT 0,
    "following_count" INTEGER NOT NULL DEFAULT 0,
    "rev" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "user_counts_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "credentials_email_key" ON "credentials"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_id_idx" ON "sessions"("user_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "blocks_id_key" ON "blocks"("id");

-- CreateIndex
CREATE INDEX "blocks_blocker_id_id_idx" ON "blocks"("blocker_id", "id" DESC);

-- CreateIndex
CREATE INDEX "blocks_blocked_id_idx" ON "blocks"("blocked_id");

-- CreateIndex
CREATE INDEX "bookmarks_user_id_id_idx" ON "bookmarks"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "comments_post_id_parent_id_id_idx" ON "comments"("post_id", "parent_id", "id" DESC);

-- CreateIndex
CREATE INDEX "comments_parent_id_id_idx" ON "comments"("parent_id", "id");

-- CreateIndex
CREATE INDEX "comments_author_id_id_idx" ON "comments"("author_id", "id" DESC);

-- CreateIndex
CREATE INDEX "comments_mention_ids_idx" ON "comments" USING GIN ("mention_ids");

-- CreateIndex
CREATE UNIQUE INDEX "follows_id_key" ON "follows"("id");

-- CreateIndex
CREATE INDEX "follows_follower_id_id_idx" ON "follows"("follower_id", "id" DESC);

-- CreateIndex
CREATE INDEX "follows_followee_id_id_idx" ON "follows"("followee_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "follow_requests_id_key" ON "follow_requests"("id");

-- CreateIndex
CREATE INDEX "follow_requests_target_id_id_idx" ON "follow_requests"("target_id", "id" DESC);

-- CreateIndex
CREATE INDEX "post_likes_post_id_id_idx" ON "post_likes"("post_id", "id" DESC);

-- CreateIndex
CREATE INDEX "post_likes_user_id_id_idx" ON "post_likes"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "comment_likes_comment_id_id_idx" ON "comment_likes"("comment_id", "id" DESC);

-- CreateIndex
CREATE INDEX "comment_likes_user_id_id_idx" ON "comment_likes"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "live_log_created_at_idx" ON "live_log"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "mutes_id_key" ON "mutes"("id");

-- CreateIndex
CREATE INDEX "mutes_muter_id_id_idx" ON "mutes"("muter_id", "id" DESC);

-- CreateIndex
CREATE INDEX "mutes_muted_id_idx" ON "mutes"("muted_id");

-- CreateIndex
CREATE INDEX "notifications_receiverId_id_idx" ON "notifications"("receiverId", "id" DESC);

-- CreateIndex
CREATE INDEX "notifications_receiverId_groupKey_id_idx" ON "notifications"("receiverId", "groupKey", "id" DESC);

-- CreateIndex
CREATE INDEX "notifications_actorId_idx" ON "notifications"("actorId");

-- CreateIndex
CREATE INDEX "notifications_postId_idx" ON "notifications"("postId");

-- CreateIndex
CREATE INDEX "notifications_commentId_idx" ON "notifications"("commentId");

-- CreateIndex
CREATE UNIQUE INDEX "notifications_receiverId_causeKey_key" ON "notifications"("receiverId", "causeKey");

-- CreateIndex
CREATE INDEX "outbox_stamped_at_id_idx" ON "outbox"("stamped_at", "id");

-- CreateIndex
CREATE INDEX "outbox_fact_id_idx" ON "outbox"("fact", "id");

-- CreateIndex
CREATE UNIQUE INDEX "dead_letters_fact_id_job_key" ON "dead_letters"("fact_id", "job");

-- CreateIndex
CREATE INDEX "posts_author_id_id_idx" ON "posts"("author_id", "id" DESC);

-- CreateIndex
CREATE INDEX "posts_mention_ids_idx" ON "posts" USING GIN ("mention_ids");

-- CreateIndex
CREATE INDEX "post_edits_post_id_id_idx" ON "post_edits"("post_id", "id" DESC);

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "users_handle_key" ON "users"("handle");

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_blocker_id_fkey" FOREIGN KEY ("blocker_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_blocked_id_fkey" FOREIGN KEY ("blocked_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bookmarks" ADD CONSTRAINT "bookmarks_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bookmarks" ADD CONSTRAINT "bookmarks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_counts" ADD CONSTRAINT "comment_counts_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follows" ADD CONSTRAINT "follows_follower_id_fkey" FOREIGN KEY ("follower_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follows" ADD CONSTRAINT "follows_followee_id_fkey" FOREIGN KEY ("followee_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follow_requests" ADD CONSTRAINT "follow_requests_requester_id_fkey" FOREIGN KEY ("requester_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follow_requests" ADD CONSTRAINT "follow_requests_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post_likes" ADD CONSTRAINT "post_likes_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post_likes" ADD CONSTRAINT "post_likes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_likes" ADD CONSTRAINT "comment_likes_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_likes" ADD CONSTRAINT "comment_likes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "live_heads" ADD CONSTRAINT "live_heads_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mutes" ADD CONSTRAINT "mutes_muter_id_fkey" FOREIGN KEY ("muter_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mutes" ADD CONSTRAINT "mutes_muted_id_fkey" FOREIGN KEY ("muted_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_receiverId_fkey" FOREIGN KEY ("receiverId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_actorId_fkey" FOREIGN KEY ("actorId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_postId_fkey" FOREIGN KEY ("postId") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_commentId_fkey" FOREIGN KEY ("commentId") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "posts" ADD CONSTRAINT "posts_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post_counts" ADD CONSTRAINT "post_counts_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post_edits" ADD CONSTRAINT "post_edits_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "author_heads" ADD CONSTRAINT "author_heads_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_counts" ADD CONSTRAINT "user_counts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What the schema language cannot say: words of a closed set, and room for updates in place on hot narrow rows.
alter table users add constraint users_role_known check (role in ('user', 'moderator', 'admin'));
alter table users add constraint users_handle_canonical check (handle = lower(handle));
alter table credentials add constraint credentials_email_canonical check (email = lower(email));
alter table posts add constraint posts_visibility_known check (visibility in ('public', 'followers'));
alter table follows add constraint follows_not_self check (follower_id <> followee_id);
alter table blocks add constraint blocks_not_self check (blocker_id <> blocked_id);
alter table mutes add constraint mutes_not_self check (muter_id <> muted_id);
alter table notifications add constraint notifications_type_known check (type in
  ('LIKE', 'COMMENT', 'FOLLOW', 'FOLLOW_REQUEST', 'FOLLOW_ACCEPTED', 'MENTION', 'REPLY', 'COMMENT_LIKE'));

alter table user_counts set (fillfactor = 50);
alter table post_counts set (fillfactor = 50);
alter table comment_counts set (fillfactor = 50);
alter table author_heads set (fillfactor = 50);
alter table live_heads set (fillfactor = 50);
alter table sessions set (fillfactor = 80);

-- Rows of these tables live for milliseconds: vacuum must not wait for a share of a large table.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table outbox_completions set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
