-- Whether a picture moved when it was uploaded. Of those made before nobody remembers: they say no.
ALTER TABLE "media" ADD COLUMN "is_animated" BOOLEAN NOT NULL DEFAULT false;
