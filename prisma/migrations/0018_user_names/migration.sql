-- What people are found by: the beginnings of their handles and names. Written by our own folding, compared byte by byte:
-- the locale of the database has no say. "spelling" is ASCII, so that trigrams are the same everywhere, too.
create extension if not exists pg_trgm;

create function user_reach(followers integer) returns smallint
language sql immutable parallel safe
as $$ select floor(log(2, greatest(followers, 0) + 1))::smallint $$;

create table "user_names" (
    "user_id" bigint not null,
    "part" text collate "C" not null,
    "spelling" text collate "C",
    "reach" smallint not null default 0,

    constraint "user_names_pkey" primary key ("user_id", "part")
);
alter table "user_names" add constraint "user_names_user_id_fkey"
    foreign key ("user_id") references "users"("id") on delete cascade on update cascade;
create index "user_names_part_idx" on "user_names"("part");
-- One or two characters begin the names of so many that only the best known are looked at.
-- unmanaged: index user_names_first_idx
create index "user_names_first_idx" on "user_names"(left("part", 1), "reach" desc, "user_id" desc);
-- unmanaged: index user_names_second_idx
create index "user_names_second_idx" on "user_names"(left("part", 2), "reach" desc, "user_id" desc);
-- unmanaged: index user_names_spelling_idx
create index "user_names_spelling_idx" on "user_names" using gin ("spelling" gin_trgm_ops);

-- Follower counts move all the time, their magnitude seldom: only then the index above is touched, whoever moved them.
create function copy_user_reach() returns trigger
language plpgsql
as $$ begin
  update user_names set reach = user_reach(new.follower_count) where user_id = new.user_id;
  return null;
end $$;
create trigger "user_counts_reach" after update of "follower_count" on "user_counts"
    for each row when (user_reach(old."follower_count") <> user_reach(new."follower_count"))
    execute function copy_user_reach();

-- The display name that "user_names" was read from. A job reads the others: those of before, and those that servers of
-- the release before still write.
alter table "users" add column "named_as" text;
-- unmanaged: index users_unnamed_idx
create index "users_unnamed_idx" on "users"("id") where "named_as" is distinct from "display_name" and "deleted_at" is null;
