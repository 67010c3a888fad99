-- Large accounts: whether their posts are pulled instead of pushed is decided with each post, under its author's head.
alter table "posts" add column "is_pulled" boolean not null default false;
alter table "author_heads" add column "is_pulled" boolean not null default false;
alter table "author_heads" add column "last_pulled_id" bigint not null default 0;

-- Dead letters of the feed's jobs whose readers' windows were deleted.
create table "feed_mended" (
    "fact_id" bigint not null,

    constraint "feed_mended_pkey" primary key ("fact_id")
);

-- Fan-out reads followers by the index alone.
create index "follows_followee_id_id_follower_id_idx" on "follows"("followee_id", "id" desc, "follower_id");
drop index "follows_followee_id_id_idx";
