-- What moderators decide about a post, a comment or a person is a state of its own, apart from what its author did: each
-- column names the decision that stands (`held_by`: the case that is open). Null for nearly everything.
alter table "posts" add column "removed_by" bigint;
alter table "posts" add column "sensitive_by" bigint;
alter table "posts" add column "limited_by" bigint;
alter table "posts" add column "held_by" bigint;
alter table "comments" add column "removed_by" bigint;
alter table "users" add column "limited_by" bigint;
alter table "users" add column "held_by" bigint;
