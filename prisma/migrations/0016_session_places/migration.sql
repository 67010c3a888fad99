-- Where a session was opened, as a keyed hash: whether a mailed link is opened there too. Null: opened by the release before.

alter table "sessions" add column "place" bytea;
