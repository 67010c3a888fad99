-- What is reported and decided may be a message: its conversation and number, as in "1/2".
alter table "reports" add column "message_key" text;
alter table "cases" add column "message_key" text;
alter table "decisions" add column "message_key" text;
-- The messages around a reported one.
alter table "evidence" add column "messages" jsonb not null default '[]';
