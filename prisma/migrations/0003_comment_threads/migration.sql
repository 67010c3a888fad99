-- Where a comment is listed, and whom a reply answers once the answered comment is gone.
ALTER TABLE "comments" ADD COLUMN "listed_under_id" BIGINT, ADD COLUMN "reply_to_author_id" BIGINT;

-- The ranking of a post's top comments, flat at any depth.
ALTER TABLE "comment_counts" ADD COLUMN "top_post_id" BIGINT;

-- What stands already.
UPDATE "comments" SET "listed_under_id" = coalesce("parent_id", "post_id")
WHERE "deleted_at" IS NULL
   OR EXISTS (SELECT FROM "comment_counts" c WHERE c."comment_id" = "comments"."id" AND c."reply_count" > 0);

UPDATE "comments" reply SET "reply_to_author_id" = answered."author_id"
FROM "comments" answered WHERE answered."id" = reply."reply_to_id";

UPDATE "comment_counts" counts SET "top_post_id" = comment."post_id"
FROM "comments" comment
WHERE comment."id" = counts."comment_id" AND comment."parent_id" IS NULL AND comment."listed_under_id" IS NOT NULL;

-- The lists leave the old indexes, which now serve only the deletion of a post or a thread.
DROP INDEX "comments_post_id_parent_id_id_idx";
DROP INDEX "comments_parent_id_id_idx";

-- CreateIndex
CREATE INDEX "comments_post_id_id_idx" ON "comments"("post_id", "id");

-- CreateIndex
CREATE INDEX "comments_parent_id_idx" ON "comments"("parent_id");

-- CreateIndex
CREATE INDEX "comments_listed_under_id_id_idx" ON "comments"("listed_under_id", "id");

-- CreateIndex
CREATE INDEX "comment_counts_top_post_id_like_count_comment_id_idx"
  ON "comment_counts"("top_post_id", "like_count" DESC, "comment_id" DESC);

-- A post that was deleted and purged is still its author's: deleting it again is no error.
CREATE TABLE "post_tombstones" (
    "id" BIGINT NOT NULL,
    "author_id" BIGINT NOT NULL,

    CONSTRAINT "post_tombstones_pkey" PRIMARY KEY ("id")
);
