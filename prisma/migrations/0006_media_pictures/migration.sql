-- Pictures: one row from upload to end, and whose avatar one is.
CREATE TABLE "media" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "owner_id" BIGINT NOT NULL,
    "purpose" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "content_type" TEXT NOT NULL,
    "byte_size" INTEGER NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "placeholder" TEXT,
    "variants" JSONB NOT NULL DEFAULT '[]',
    "reason" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "post_id" BIGINT,
    "position" INTEGER,
    "alt" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "media_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "users" ADD COLUMN "avatar_media_id" BIGINT;

CREATE INDEX "media_post_id_position_id_idx" ON "media"("post_id", "position", "id");
CREATE INDEX "media_owner_id_id_idx" ON "media"("owner_id", "id" DESC);
CREATE UNIQUE INDEX "users_avatar_media_id_key" ON "users"("avatar_media_id");

ALTER TABLE "users" ADD CONSTRAINT "users_avatar_media_id_fkey" FOREIGN KEY ("avatar_media_id") REFERENCES "media"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Words of a closed set, and what a state promises.
alter table media add constraint media_purpose_known check (purpose in ('post', 'avatar'));
alter table media add constraint media_state_known check (state in ('pending', 'processing', 'ready', 'failed'));
alter table media add constraint media_ready_is_whole check
  (state <> 'ready' or (width is not null and height is not null and placeholder is not null));
alter table media add constraint media_failed_has_reason check (state <> 'failed' or reason is not null);
