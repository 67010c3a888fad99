-- A notification outlives its subject until a job takes it away together with its count: a cascade would take the row
-- and leave the count.
ALTER TABLE "notifications" DROP CONSTRAINT "notifications_postId_fkey";
ALTER TABLE "notifications" DROP CONSTRAINT "notifications_commentId_fkey";

-- CreateTable
CREATE TABLE "notification_preferences" (
    "user_id" BIGINT NOT NULL,
    "types" JSONB NOT NULL DEFAULT '{}',
    "digest_frequency" TEXT NOT NULL DEFAULT 'off',
    "digest_hour" INTEGER NOT NULL DEFAULT 9,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',

    CONSTRAINT "notification_preferences_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "quiet_posts" (
    "user_id" BIGINT NOT NULL,
    "post_id" BIGINT NOT NULL,

    CONSTRAINT "quiet_posts_pkey" PRIMARY KEY ("user_id","post_id")
);

-- CreateIndex
CREATE INDEX "quiet_posts_post_id_idx" ON "quiet_posts"("post_id");

-- AddForeignKey
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quiet_posts" ADD CONSTRAINT "quiet_posts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quiet_posts" ADD CONSTRAINT "quiet_posts_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table notification_preferences add constraint notification_preferences_frequency_known
  check (digest_frequency in ('off', 'daily', 'weekly'));
alter table notification_preferences add constraint notification_preferences_hour_known
  check (digest_hour between 0 and 23);
