-- Account mails and their tokens, sign-ups that wait for a verified address, handles that wait to be free again,
-- data exports.
create table auth_tokens (
  id bigint not null default next_id(),
  kind text not null,
  email text not null,
  user_id bigint,
  sign_up_id bigint,
  salt bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  sent_at timestamptz(3),
  constraint auth_tokens_pkey primary key (id)
);

create table sign_ups (
  id bigint not null default next_id(),
  email text not null,
  handle text not null,
  display_name text not null,
  password_hash text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  constraint sign_ups_pkey primary key (id)
);

create table reserved_handles (
  hash bytea not null,
  expires_at timestamptz(3) not null,
  constraint reserved_handles_pkey primary key (hash)
);

create table exports (
  id bigint not null default next_id(),
  user_id bigint not null,
  state text not null default 'running',
  requested_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3),
  constraint exports_pkey primary key (id)
);

create table export_parts (
  export_id bigint not null,
  position integer not null,
  content text not null,
  constraint export_parts_pkey primary key (export_id, position)
);

create index auth_tokens_user_id_idx on auth_tokens (user_id);
create index auth_tokens_sign_up_id_idx on auth_tokens (sign_up_id);
create index auth_tokens_email_idx on auth_tokens (email);
create index auth_tokens_expires_at_idx on auth_tokens (expires_at);
create index sign_ups_email_id_idx on sign_ups (email, id desc);
create index sign_ups_handle_id_idx on sign_ups (handle, id desc);
create index sign_ups_expires_at_idx on sign_ups (expires_at);
create index reserved_handles_expires_at_idx on reserved_handles (expires_at);
create unique index exports_user_id_key on exports (user_id);
create index exports_expires_at_idx on exports (expires_at);

alter table auth_tokens add constraint auth_tokens_user_id_fkey
  foreign key (user_id) references users (id) on delete cascade on update cascade;
alter table auth_tokens add constraint auth_tokens_sign_up_id_fkey
  foreign key (sign_up_id) references sign_ups (id) on delete cascade on update cascade;
alter table exports add constraint exports_user_id_fkey
  foreign key (user_id) references users (id) on delete cascade on update cascade;
alter table export_parts add constraint export_parts_export_id_fkey
  foreign key (export_id) references exports (id) on delete cascade on update cascade;

alter table auth_tokens add constraint auth_tokens_kind_known check (kind in
  ('signUp', 'emailVerification', 'emailChange', 'passwordReset'));
alter table exports add constraint exports_state_known check (state in ('running', 'ready', 'failed'));
