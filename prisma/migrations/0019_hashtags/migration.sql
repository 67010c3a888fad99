-- Hashtags by name, with how many public posts of public accounts have them. Counts move by rows that are only added,
-- and that a job sums up: posts with a popular tag do not wait for each other.
create table "hashtags" (
    "tag" text collate "C" not null,
    "post_count" integer not null default 0,
    "is_banned" boolean not null default false,

    constraint "hashtags_pkey" primary key ("tag")
);
-- unmanaged: index hashtags_first_idx
create index "hashtags_first_idx" on "hashtags"(left("tag", 1), user_reach("post_count") desc, "tag");

create table "hashtag_moves" (
    "id" bigint not null default next_id(),
    "tag" text collate "C" not null,
    "delta" integer not null,

    constraint "hashtag_moves_pkey" primary key ("id", "tag")
);
create index "hashtag_moves_tag_idx" on "hashtag_moves"("tag");

-- Which posts have which tags, in post order. "is_counted": the post is public, and so is its author's account.
create table "post_hashtags" (
    "tag" text collate "C" not null,
    "post_id" bigint not null,
    "author_id" bigint not null,
    "is_counted" boolean not null,

    constraint "post_hashtags_pkey" primary key ("tag", "post_id")
);
create index "post_hashtags_post_id_idx" on "post_hashtags"("post_id");
alter table "post_hashtags" add constraint "post_hashtags_post_id_fkey"
    foreign key ("post_id") references "posts"("id") on delete cascade on update cascade;

create table "hashtag_follows" (
    "user_id" bigint not null,
    "tag" text collate "C" not null,
    "id" bigint not null default next_id(),
    "created_at" timestamptz(3) not null default clock_timestamp(),

    constraint "hashtag_follows_pkey" primary key ("user_id", "tag")
);
create index "hashtag_follows_user_id_id_idx" on "hashtag_follows"("user_id", "id" desc);
alter table "hashtag_follows" add constraint "hashtag_follows_user_id_fkey"
    foreign key ("user_id") references "users"("id") on delete cascade on update cascade;

-- How many people used a tag in an hour of the last week: what a trend is measured against. The tag '' marks an hour that
-- was counted.
create table "hashtag_hours" (
    "hour" timestamptz(0) not null,
    "tag" text collate "C" not null,
    "people" integer not null,

    constraint "hashtag_hours_pkey" primary key ("hour", "tag")
);

create table "hashtag_trends" (
    "place" integer not null,
    "tag" text collate "C" not null,
    "people" integer not null,
    "score" double precision not null,

    constraint "hashtag_trends_pkey" primary key ("place")
);

-- The job that reads the words of posts writes their tags, too: those that it has read go through it once more.
update "posts" set "worded_version" = 0 where "hashtags" <> '{}' and "worded_version" <> 0;
