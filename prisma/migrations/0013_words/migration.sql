-- Hashtags are stored as keys that equal spellings share. A job reads those of older posts anew, some at a time; those that
-- servers of the release before still write, too, since they raise "version" alone.
alter table "posts" add column "tagged_version" integer not null default 0;
-- unmanaged: index posts_untagged_idx
create index "posts_untagged_idx" on "posts"("id") where "tagged_version" <> "version";

-- Notifications that their receivers may not see for now are neither listed nor counted. The audit marks those of before.
alter table "notifications" add column "isHidden" boolean not null default false;
