-- What posts are found by: the terms of their captions, written in the transaction that writes the caption.
create table "post_words" (
    "post_id" bigint not null,
    "words" tsvector not null,

    constraint "post_words_pkey" primary key ("post_id")
);
alter table "post_words" add constraint "post_words_post_id_fkey"
    foreign key ("post_id") references "posts"("id") on delete cascade on update cascade;
-- Which words are common decides how a page is read.
alter table "post_words" alter column "words" set statistics 500;
-- A short list of what is not sorted in yet: every search reads all of it.
-- unmanaged: index post_words_words_idx
create index "post_words_words_idx" on "post_words" using gin ("words") with (gin_pending_list_limit = 256);

-- A job reads the posts of before, some at a time, and those that servers of the release before still write: they raise
-- "version" alone.
alter table "posts" add column "worded_version" integer not null default 0;
-- unmanaged: index posts_unworded_idx
create index "posts_unworded_idx" on "posts"("id") where "worded_version" <> "version";
