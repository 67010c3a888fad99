-- What leaves the app: mails and pushes, at most one a cause and address; digests at the person's hour.

create table "deliveries" (
    "id" bigint not null default next_id(),
    "user_id" bigint not null,
    "channel" text not null,
    "cause_key" text not null,
    "address_hash" text not null,
    "state" text not null default 'sending',
    "attempts" integer not null default 0,
    "error" text,
    "retry_at" timestamptz(3),
    "fact" text not null,
    "payload" jsonb,
    "created_at" timestamptz(3) not null default clock_timestamp(),
    "changed_at" timestamptz(3) not null default clock_timestamp(),

    constraint "deliveries_pkey" primary key ("id"),
    constraint "deliveries_user_id_fkey" foreign key ("user_id") references "users"("id") on delete cascade on update cascade,
    constraint "deliveries_channel_known" check ("channel" in ('email', 'push')),
    constraint "deliveries_state_known" check ("state" in ('sending', 'sent', 'waiting', 'failed', 'skipped'))
);

create unique index "deliveries_user_id_cause_key_channel_address_hash_key"
    on "deliveries"("user_id", "cause_key", "channel", "address_hash");

-- The few that are not over: what the retries and the metrics read.
-- unmanaged: index deliveries_open_idx
create index "deliveries_open_idx" on "deliveries"("state", "retry_at") where "state" in ('sending', 'waiting', 'failed');

create table "push_subscriptions" (
    "id" bigint not null default next_id(),
    "user_id" bigint not null,
    "session_id" bigint not null,
    "endpoint" text not null,
    "p256dh" text not null,
    "auth" text not null,
    "created_at" timestamptz(3) not null default clock_timestamp(),

    constraint "push_subscriptions_pkey" primary key ("id"),
    constraint "push_subscriptions_user_id_fkey" foreign key ("user_id") references "users"("id") on delete cascade on update cascade,
    constraint "push_subscriptions_session_id_fkey" foreign key ("session_id") references "sessions"("id") on delete cascade on update cascade
);

create unique index "push_subscriptions_endpoint_key" on "push_subscriptions"("endpoint");
create index "push_subscriptions_user_id_id_idx" on "push_subscriptions"("user_id", "id" desc);
create index "push_subscriptions_session_id_idx" on "push_subscriptions"("session_id");

create table "push_keys" (
    "id" integer not null,
    "public_key" text not null,
    "private_key" text not null,

    constraint "push_keys_pkey" primary key ("id"),
    constraint "push_keys_one" check ("id" = 1)
);

alter table "notification_preferences" add column "digest_next_at" timestamptz(3);
alter table "notification_preferences" add column "digest_last_at" timestamptz(3);
create index "notification_preferences_digest_next_at_idx" on "notification_preferences"("digest_next_at");

-- Digests asked for before there were any begin tomorrow, at the person's hour.
update "notification_preferences"
set "digest_next_at" = (date_trunc('day', now() at time zone "time_zone") + interval '1 day'
                        + make_interval(hours => "digest_hour")) at time zone "time_zone"
where "digest_frequency" <> 'off';
