-- Who may have a home feed in Redis: fan-out passes over everybody else.

create table "feed_readers" (
    "reader_id" bigint not null,
    "warm_until" timestamptz(3) not null,

    constraint "feed_readers_pkey" primary key ("reader_id")
);
-- Fan-out finds them by this index alone.
create index "feed_readers_reader_id_warm_until_idx" on "feed_readers"("reader_id", "warm_until");
alter table "feed_readers" add constraint "feed_readers_reader_id_fkey"
    foreign key ("reader_id") references "users"("id") on delete cascade on update cascade;
