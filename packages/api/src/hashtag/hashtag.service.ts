// Following tags, and banning them. Promises: each sets a state; a repeat changes nothing.
import { maxId, statement } from "@pixora/db";
import { cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPeople } from "../user/user.counter.ts";
import type { HashtagView } from "./hashtag.schema.ts";
import { presentHashtag, presentHashtags } from "./hashtag.view.ts";

/** A feed is read from each of them. */
export const maxFollowedTags = 200;

const insertFollow = statement<never>(
  "hashtag.insertFollow",
  `insert into hashtag_follows (user_id, tag)
   select $1, $2 where (select count(*) from hashtag_follows where user_id = $1) < ${maxFollowedTags}
   on conflict do nothing`,
);

interface TagDeed {
  actorId: string;
  tag: string;
}

/** Follows a tag; the second time changes nothing. Throws hashtag.forbidden above the bound. */
export async function followHashtag(deps: Pick<Deps, "db">, input: TagDeed): Promise<HashtagView> {
  const { actorId, tag } = input;
  await deps.db.inTransaction(async (tx) => {
    // Two calls at once would both find a last place.
    await lockPeople(tx, { ids: [actorId] });
    await tx.run(insertFollow, [actorId, tag]);
  });
  const view = await presentHashtag(deps, { viewerId: actorId, tag });
  if (!view.viewer?.isFollowing) throw new AppError("hashtag.forbidden");
  return view;
}

/** Follows a tag no longer; the second time changes nothing. */
export async function unfollowHashtag(deps: Pick<Deps, "db">, input: TagDeed): Promise<HashtagView> {
  const { actorId, tag } = input;
  await deps.db.prisma.hashtagFollow.deleteMany({ where: { userId: BigInt(actorId), tag } });
  return presentHashtag(deps, { viewerId: actorId, tag });
}

const following = { list: "hashtag.following", position: idInput };

/** The tags that a person follows, the newest follow first. Throws cursor.invalid. */
export async function listFollowedTags(
  deps: Pick<Deps, "db">,
  input: PageRequest & { viewerId: string },
): Promise<Page<HashtagView>> {
  const { viewerId, limit } = input;
  const before = decodeCursor(following, { input: {}, cursor: input.cursor }) ?? maxId;
  const rows = await deps.db.prisma.hashtagFollow.findMany({
    where: { userId: BigInt(viewerId), id: { lt: BigInt(before) } },
    orderBy: { id: "desc" },
    take: limit + 1,
    select: { id: true, tag: true },
  });
  const page = cutPage(rows, {
    limit,
    cursorAfter: (last) => encodeCursor(following, { input: {}, position: last.id.toString() }),
  });
  const items = await presentHashtags(deps, { viewerId, tags: page.rows.map(({ tag }) => tag) });
  return { items, nextCursor: page.nextCursor };
}

/**
 * Bans a tag, also before anybody used it, or ends its ban: it trends no more, is not proposed, and its page shows each
 * person their own posts alone. Who may do so is the caller's question. The second time changes nothing.
 */
export async function setHashtagBanned(
  deps: Pick<Deps, "db">,
  input: { tag: string; isBanned: boolean },
): Promise<void> {
  const { tag, isBanned } = input;
  await deps.db.prisma.hashtag.upsert({ where: { tag }, create: { tag, isBanned }, update: { isBanned } });
}
