-- Conversations. A message is known by its conversation and its number there: numbers have no gaps, and are given under
-- the lock of the conversation's row. What is unread is counted at each member, in the transaction that changes it.
create table "conversations" (
    "id" bigint not null default next_id(),
    "kind" text not null,
    "low_id" bigint,
    "high_id" bigint,
    "title" text,
    "picture_media_id" bigint,
    "last_seq" integer not null default 0,
    "rev" integer not null default 1,

    constraint "conversations_pkey" primary key ("id")
);
-- One conversation of two people, whoever began it. Groups have neither.
create unique index "conversations_low_id_high_id_key" on "conversations"("low_id", "high_id");

create table "conversation_members" (
    "conversation_id" bigint not null,
    "user_id" bigint not null,
    "peer_id" bigint,
    "last_message_id" bigint not null default 0,
    "state" text not null,
    "role" text not null default 'member',
    "was_accepted" boolean not null default false,
    "after_seq" integer not null default 0,
    "read_seq" integer not null default 0,
    "unread" integer not null default 0,
    "muted_until" timestamptz(3),
    "invited_by" bigint,
    "accepted_at" timestamptz(3),
    "left_at" timestamptz(3),

    constraint "conversation_members_pkey" primary key ("conversation_id", "user_id")
);
alter table "conversation_members" add constraint "conversation_members_conversation_id_fkey"
    foreign key ("conversation_id") references "conversations"("id") on delete cascade on update cascade;
alter table "conversation_members" add constraint "conversation_members_user_id_fkey"
    foreign key ("user_id") references "users"("id") on delete cascade on update cascade;
create index "conversation_members_user_id_state_last_message_id_idx"
    on "conversation_members"("user_id", "state", "last_message_id" desc);
-- Badges are counted from these alone, however many conversations somebody has.
-- unmanaged: index conversation_members_unread_idx
create index "conversation_members_unread_idx" on "conversation_members"("user_id") where "unread" > 0;

-- The time of a message is in its id. Columns of fixed width come first: each row is smaller for it.
create table "messages" (
    "conversation_id" bigint not null,
    "id" bigint not null,
    "sender_id" bigint,
    "seq" integer not null,
    "rev" integer not null default 1,
    "key_hash" bigint,
    "input_hash" bigint,
    "post_id" bigint,
    "removed_by" bigint,
    "edited_at" timestamptz(3),
    "deleted_at" timestamptz(3),
    "reply_seq" integer,
    "kind" text not null,
    "text" text not null default '',
    "client_key" text,

    constraint "messages_pkey" primary key ("conversation_id", "seq")
);
alter table "messages" add constraint "messages_conversation_id_fkey"
    foreign key ("conversation_id") references "conversations"("id") on delete cascade on update cascade;
-- A sender's key, digested to eight bytes.
create unique index "messages_conversation_id_key_hash_key" on "messages"("conversation_id", "key_hash");

create table "message_reactions" (
    "conversation_id" bigint not null,
    "seq" integer not null,
    "user_id" bigint not null,
    "reaction" text not null,

    constraint "message_reactions_pkey" primary key ("conversation_id", "seq", "user_id")
);
alter table "message_reactions" add constraint "message_reactions_conversation_id_seq_fkey"
    foreign key ("conversation_id", "seq") references "messages"("conversation_id", "seq") on delete cascade on update cascade;
alter table "message_reactions" add constraint "message_reactions_user_id_fkey"
    foreign key ("user_id") references "users"("id") on delete cascade on update cascade;
create index "message_reactions_user_id_idx" on "message_reactions"("user_id");

-- The message that shows a picture.
alter table "media" add column "conversation_id" bigint;
alter table "media" add column "message_seq" integer;
-- unmanaged: index media_message_idx
create index "media_message_idx" on "media"("conversation_id", "message_seq") where "conversation_id" is not null;

alter table "users" add column "who_can_message" text not null default 'everyone';
alter table "users" add column "who_can_group" text not null default 'everyone';
