-- What a moderator decided stays when their account goes, without their name.
create index "decisions_moderator_id_idx" on "decisions"("moderator_id");
create index "appeals_resolver_id_idx" on "appeals"("resolver_id");
alter table "cases" add constraint "cases_lease_by_fkey" foreign key ("lease_by") references "users"("id") on delete set null on update cascade;
alter table "decisions" add constraint "decisions_moderator_id_fkey" foreign key ("moderator_id") references "users"("id") on delete set null on update cascade;
alter table "appeals" add constraint "appeals_resolver_id_fkey" foreign key ("resolver_id") references "users"("id") on delete set null on update cascade;
