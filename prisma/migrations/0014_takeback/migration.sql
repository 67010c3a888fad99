-- Since when a person holds the account anew: archives asked for before and devices known before count no more.

alter table "credentials" add column "held_since" timestamptz(3);
