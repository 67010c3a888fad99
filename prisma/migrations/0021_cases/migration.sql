-- Cases, evidence, decisions and appeals. A report belongs to a case, and outlives the account that it is about.
create table "cases" (
    "id" bigint not null default next_id(),
    "kind" text not null,
    "subject_key" text not null,
    "user_id" bigint not null,
    "post_id" bigint,
    "comment_id" bigint,
    "state" text not null default 'open',
    "priority" double precision not null default 0,
    "reporter_count" integer not null default 0,
    "opened_at" timestamptz(3) not null default clock_timestamp(),
    "closed_at" timestamptz(3),
    "outcome" text,
    "cleared_version" text,
    "held_at" timestamptz(3),
    "lease_by" bigint,
    "leased_until" timestamptz(3),
    "taken_at" timestamptz(3),
    "decision_id" bigint,
    "is_kept" boolean not null default false,
    constraint "cases_pkey" primary key ("id")
);
create table "decisions" (
    "id" bigint not null default next_id(),
    "case_id" bigint not null,
    "moderator_id" bigint,
    "cause" text not null default 'moderator',
    "action" text not null,
    "subject_key" text not null,
    "user_id" bigint not null,
    "post_id" bigint,
    "comment_id" bigint,
    "rule" text not null default '',
    "text" text not null default '',
    "note" text not null default '',
    "until" timestamptz(3),
    "reverses_id" bigint,
    "created_at" timestamptz(3) not null default clock_timestamp(),
    constraint "decisions_pkey" primary key ("id")
);
create table "appeals" (
    "decision_id" bigint not null,
    "user_id" bigint not null,
    "text" text not null,
    "state" text not null default 'open',
    "reply" text,
    "resolver_id" bigint,
    "is_same_moderator" boolean not null default false,
    "created_at" timestamptz(3) not null default clock_timestamp(),
    "resolved_at" timestamptz(3),
    constraint "appeals_pkey" primary key ("decision_id")
);
create table "evidence" (
    "id" bigint not null default next_id(),
    "case_id" bigint not null,
    "decision_id" bigint,
    "taken_at" timestamptz(3) not null default clock_timestamp(),
    "text" text not null,
    "author" jsonb not null,
    "pictures" jsonb not null default '[]',
    "media_ids" bigint[] default array[]::bigint[],
    constraint "evidence_pkey" primary key ("id")
);

alter table "reports" add column "case_id" bigint;

create index "cases_state_priority_id_idx" on "cases"("state", "priority" desc, "id");
create index "cases_subject_key_id_idx" on "cases"("subject_key", "id" desc);
create index "cases_user_id_idx" on "cases"("user_id");
create index "cases_closed_at_idx" on "cases"("closed_at");
create index "cases_lease_by_idx" on "cases"("lease_by");
create unique index "decisions_reverses_id_key" on "decisions"("reverses_id");
create index "decisions_user_id_id_idx" on "decisions"("user_id", "id" desc);
create index "decisions_subject_key_action_id_idx" on "decisions"("subject_key", "action", "id" desc);
create index "decisions_case_id_idx" on "decisions"("case_id");
create index "decisions_until_idx" on "decisions"("until");
create index "appeals_user_id_idx" on "appeals"("user_id");
create index "evidence_case_id_idx" on "evidence"("case_id");
create index "evidence_media_ids_idx" on "evidence" using gin ("media_ids");
drop index "reports_reporter_id_idx";
create index "reports_reporter_id_id_idx" on "reports"("reporter_id", "id" desc);
create index "reports_case_id_reporter_id_idx" on "reports"("case_id", "reporter_id");

alter table "decisions" add constraint "decisions_case_id_fkey" foreign key ("case_id") references "cases"("id") on delete cascade on update cascade;
alter table "appeals" add constraint "appeals_decision_id_fkey" foreign key ("decision_id") references "decisions"("id") on delete cascade on update cascade;
alter table "evidence" add constraint "evidence_case_id_fkey" foreign key ("case_id") references "cases"("id") on delete cascade on update cascade;
alter table "reports" add constraint "reports_case_id_fkey" foreign key ("case_id") references "cases"("id") on delete set null on update cascade;
alter table "reports" drop constraint "reports_user_id_fkey";

-- One open case a subject, and one case an appeal; what is not open has an outcome.
create unique index cases_one_open on cases (subject_key) where state = 'open' and kind = 'report';
create unique index cases_one_appeal on cases (decision_id) where kind = 'appeal';
alter table cases add constraint cases_kind_known check (kind in ('report', 'appeal'));
alter table cases add constraint cases_state_known check (state in ('open', 'closed'));
alter table cases add constraint cases_closed_whole check ((state = 'closed') = (closed_at is not null and outcome is not null));
alter table appeals add constraint appeals_state_known check (state in ('open', 'upheld', 'overturned'));
alter table decisions add constraint decisions_reversal_whole check ((action = 'reverse') = (reverses_id is not null));
alter table reports drop constraint reports_action_known;
alter table reports add constraint reports_action_known
  check (action in ('dismiss', 'delete', 'warn', 'markSensitive', 'limitDiscovery', 'remove', 'suspend'));

-- A decision may lose the name of a moderator whose account is gone; nothing else of it ever changes.
create function keep_decision() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'moderator_id' <> to_jsonb(old) - 'moderator_id' or new.moderator_id is not null then
    raise exception 'decisions are appended, never changed';
  end if;
  return new;
end $$;
create trigger keep_decision before update on decisions for each row execute function keep_decision();

-- Reports that wait get their cases; who is suspended gets a decision to appeal against.
insert into cases (kind, subject_key, user_id, post_id, comment_id, reporter_count, opened_at)
select 'report', case when post_id is not null then 'post/' || post_id when comment_id is not null then 'comment/' || comment_id
                      else 'user/' || user_id end,
       user_id, post_id, comment_id, count(distinct reporter_id), min(created_at)
from reports where resolved_at is null group by 2, 3, 4, 5;
update reports set case_id = cases.id from cases
where reports.resolved_at is null
  and cases.subject_key = case when reports.post_id is not null then 'post/' || reports.post_id
                               when reports.comment_id is not null then 'comment/' || reports.comment_id
                               else 'user/' || reports.user_id end;
with suspended as (
  select id, suspended_at from users where suspended_at is not null and deleted_at is null
), made as (
  insert into cases (kind, subject_key, user_id, state, opened_at, closed_at, outcome)
  select 'report', 'user/' || id, id, 'closed', suspended_at, suspended_at, 'acted' from suspended returning id, user_id
)
insert into decisions (case_id, action, subject_key, user_id, created_at)
select made.id, 'suspend', 'user/' || suspended.id, suspended.id, suspended.suspended_at
from made join suspended on suspended.id = made.user_id;
