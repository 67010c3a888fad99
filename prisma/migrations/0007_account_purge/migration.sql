-- Deleted accounts leave nobody's name: a placeholder that others' replies hang on has no author, and the tombstones
-- of an author's posts are found to be removed.
alter table comments alter column author_id drop not null;
create index post_tombstones_author_id_idx on post_tombstones (author_id);

-- Whoever has no author has no text.
alter table comments add constraint comments_authorless_is_deleted check (author_id is not null or deleted_at is not null);
