// A small Prisma folder for the tests, with hand-written SQL of every kind that our own migrations use.

export const schema = `generator client {
  provider               = "prisma-client"
  output                 = "./generated"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
}

datasource db {
  provider = "postgresql"
}
`;

export const models = `enum Kind {
  ONE
  TWO
}

model person {
  id        BigInt   @id @default(dbgenerated("next_id()"))
  handle    String   @unique
  kind      Kind     @default(ONE)
  score     Int      @default(0)
  tags      String[]
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(3)
  posts     post[]

  @@index([createdAt(sort: Desc), id])
}

model post {
  id       BigInt @id
  personId BigInt @map("person_id")
  title    String
  person   person @relation(fields: [personId], references: [id], onDelete: Cascade)
}
`;

/** What Prisma writes for the models, after the function that a default of theirs calls. */
export const migration = `create sequence id_seq;

create function next_id() returns bigint language plpgsql as $$
declare
  noise text := 'a;b';
begin
  return nextval('id_seq');
end;
$$;

CREATE TYPE "Kind" AS ENUM ('ONE', 'TWO');

CREATE TABLE "person" (
    "id" BIGINT NOT NULL DEFAULT next_id(),
    "handle" TEXT NOT NULL,
    "kind" "Kind" NOT NULL DEFAULT 'ONE',
    "score" INTEGER NOT NULL DEFAULT 0,
    "tags" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "post" (
    "id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    CONSTRAINT "post_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "person_handle_key" ON "person"("handle");
CREATE INDEX "person_created_at_id_idx" ON "person"("created_at" DESC, "id");
ALTER TABLE "post" ADD CONSTRAINT "post_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
`;

/** Prisma does not see these. */
export const invisibleSql = `
create index person_top on person (score) where score > 0;
create unique index person_top_once on person (score) where score > 1000;
create unique index person_handle_lower on person (lower(handle));
create index person_words on person using gin (to_tsvector('simple', handle));
alter table person add constraint person_score_check check (score >= 0);
create sequence spare_seq;
create domain short_text as text check (length(value) < 10);
create view person_names as select handle from person;
create function touch() returns trigger language plpgsql as $$ begin new.score := new.score; return new; end; $$;
create trigger person_touch before update on person for each row execute function touch();
create statistics person_stats (dependencies) on score, handle from person;
alter table person set (fillfactor = 90);
`;

/** Prisma would drop these: each needs a marker. */
export const visibleSql = `
create index person_score on person (score desc) include (kind);
create index person_created on person using brin (created_at);
alter table person add constraint person_score_once unique (score, handle);
create table log (id bigint not null, at timestamptz not null) partition by range (at);
create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01');
alter table person add column handle_lower text generated always as (lower(handle)) stored;
`;

export const markers = `
-- unmanaged: index person_score
-- unmanaged: index person_created
-- unmanaged: constraint person_score_once
-- unmanaged: table log
-- unmanaged: column person.handle_lower
`;

export const sample = {
  "schema.prisma": schema,
  "models/person.prisma": models,
  "migrations/0001_init/migration.sql": migration,
};
