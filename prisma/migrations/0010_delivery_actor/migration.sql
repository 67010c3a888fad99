-- Whose deed a delivery tells of: when their account goes, so does what names them.

alter table "deliveries" add column "actor_id" bigint;
update "deliveries" set "actor_id" = substring("cause_key" from '^[a-zA-Z]+/(?:\d+/)?(\d+)$')::bigint
where "cause_key" ~ '^(like|commentLike|follow)';
delete from "deliveries" where "actor_id" is not null
  and not exists (select from "users" where "users"."id" = "deliveries"."actor_id");
alter table "deliveries" add constraint "deliveries_actor_id_fkey"
    foreign key ("actor_id") references "users"("id") on delete cascade on update cascade;
create index "deliveries_actor_id_idx" on "deliveries"("actor_id");
