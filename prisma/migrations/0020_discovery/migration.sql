-- Whether people may be found and proposed where nobody asked for them by name: a setting of their own, on by default.
alter table "users" add column "is_discoverable" boolean not null default true;

-- Whom a person does not want proposed: dismissed, or followed no longer.
create table "suggestion_dismissals" (
    "user_id" bigint not null,
    "dismissed_id" bigint not null,
    "id" bigint not null default next_id(),
    "created_at" timestamptz(3) not null default clock_timestamp(),

    constraint "suggestion_dismissals_pkey" primary key ("user_id", "dismissed_id")
);
create index "suggestion_dismissals_dismissed_id_idx" on "suggestion_dismissals"("dismissed_id");
alter table "suggestion_dismissals" add constraint "suggestion_dismissals_user_id_fkey"
    foreign key ("user_id") references "users"("id") on delete cascade on update cascade;
alter table "suggestion_dismissals" add constraint "suggestion_dismissals_dismissed_id_fkey"
    foreign key ("dismissed_id") references "users"("id") on delete cascade on update cascade;
