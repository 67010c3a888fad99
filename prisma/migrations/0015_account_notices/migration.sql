-- Links by which owners take their account back. The wider rule accepts whatever the release before writes.

alter table "auth_tokens" drop constraint "auth_tokens_kind_known";
alter table "auth_tokens" add constraint "auth_tokens_kind_known" check ("kind" in
    ('signUp', 'emailVerification', 'emailChange', 'passwordReset', 'passwordNotice', 'emailNotice', 'deviceNotice'))
    not valid;
alter table "auth_tokens" validate constraint "auth_tokens_kind_known";
