// Posts as one viewer may see them: ids in, views out. What may have changed since is read each time (post.state.ts),
// bodies come from this process's cache (post.cache.ts).
// Promises: the given order; what the viewer may not see is left out; nothing here decides visibility by itself.
import { statement } from "@pixora/db";
import { imageOf, weighImage } from "../media/media.picture.ts";
import type { ImageView } from "../media/media.schema.ts";
import { bytesOfText } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { vouchFor } from "../platform/call/vouched.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserSummary } from "../user/user.schema.ts";
import { showSummary } from "../user/user.summary.ts";
import { loadPostBodies, type PostBody } from "./post.cache.ts";
import type { PostView } from "./post.schema.ts";
import { type PostState, postStatesSql } from "./post.state.ts";

const selectStates = statement<PostState>(
  "post.selectStates",
  postStatesSql({
    wanted: "unnest($1::bigint[]) with ordinality as wanted (id, place)",
    viewer: "$2::bigint",
    orderBy: "wanted.place",
  }),
);

/** Views of posts by id, as `viewerId` (null: a stranger) may see them. */
export async function presentPosts(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; ids: readonly string[] },
): Promise<PostView[]> {
  const { viewerId, ids } = input;
  if (ids.length === 0) return [];
  const states = await deps.db.sql.many(selectStates, [ids, viewerId]);
  return presentStates(deps, { viewerId, states });
}

/** Views of posts whose states a statement has just read for this viewer, in their order. */
export async function presentStates(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; states: readonly PostState[] },
): Promise<PostView[]> {
  const { viewerId, states } = input;
  const bodies = await loadPostBodies(deps, { keys: states });
  // Edited in this very moment: the new body has to be allowed to this viewer as well, so it is asked for anew.
  const editedIds = states.filter((_, index) => bodies[index] === null).map((state) => state.id);
  const edited = new Map((await presentPosts(deps, { viewerId, ids: editedIds })).map((view) => [view.id, view]));
  return states.flatMap((state, index) => {
    const body = bodies[index];
    const view = body ? viewOf(deps, { state, body, isSignedIn: viewerId !== null }) : edited.get(state.id);
    return view === undefined ? [] : [view];
  });
}

const selectStatesOfMany = statement<PostState & { place: string }>(
  "post.selectStatesOfMany",
  postStatesSql({
    wanted: "unnest($1::bigint[], $2::bigint[]) with ordinality as wanted (id, viewer_id, place)",
    viewer: "wanted.viewer_id",
    orderBy: "wanted.place",
    columns: "wanted.place,",
  }),
);

/** Views of posts for several people at once, each as that person may see it, by the place in `wanted`. */
export async function presentPostsOfMany(
  deps: Pick<Deps, "db" | "storage">,
  input: { wanted: readonly { viewerId: string; id: string }[] },
): Promise<Map<number, PostView>> {
  const { wanted } = input;
  if (wanted.length === 0) return new Map();
  const states = await deps.db.sql.many(selectStatesOfMany, [
    wanted.map(({ id }) => id),
    wanted.map(({ viewerId }) => viewerId),
  ]);
  const bodies = await loadPostBodies(deps, { keys: states });
  const views = new Map<number, PostView>();
  const edited: number[] = [];
  for (const [index, state] of states.entries()) {
    const place = Number(state.place) - 1;
    const body = bodies[index];
    if (body) views.set(place, viewOf(deps, { state, body, isSignedIn: true }));
    else edited.push(place);
  }
  // As in presentStates: edited in this very moment, so it is asked for anew.
  const again = await presentPostsOfMany(deps, { wanted: edited.flatMap((place) => wanted[place] ?? []) });
  for (const [index, view] of again) views.set(edited[index] ?? -1, view);
  return views;
}

/** One post as `viewerId` may see it. Throws post.notFound. */
export async function presentPost(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; postId: string },
): Promise<PostView> {
  const [view] = await presentPosts(deps, { viewerId: input.viewerId, ids: [input.postId] });
  if (view === undefined) throw new AppError("post.notFound");
  return view;
}

interface ShownParts {
  period: number;
  author: UserSummary;
  media: ImageView[];
}

// Beside the body, as long as the cache keeps it: pages of one minute share them, and their JSON.
const shownParts = new WeakMap<PostBody, ShownParts>();

/** The parts of a body that hold URLs, signed anew each minute where they are. */
function showParts({ storage }: Pick<Deps, "storage">, body: PostBody): ShownParts {
  const period = storage.signingPeriod();
  const shown = shownParts.get(body);
  if (shown?.period === period) return shown;
  const isPublic = body.visibility === "public" && !body.author.isPrivate;
  const parts = { period, ...makeParts({ storage }, body, { isPublic }) };
  shownParts.set(body, parts);
  return parts;
}

function makeParts(
  { storage }: Pick<Deps, "storage">,
  body: PostBody,
  { isPublic }: { isPublic: boolean },
): Omit<ShownParts, "period"> {
  return {
    author: vouchFor(Object.freeze(showSummary({ storage }, body.author))),
    media: vouchFor(body.pictures.map((picture) => imageOf(storage, picture, { isPublic }))),
  };
}

function viewOf(deps: Pick<Deps, "storage">, of: { state: PostState; body: PostBody; isSignedIn: boolean }): PostView {
  const { state, body } = of;
  const { author, media } = state.isRemoved ? makeParts(deps, body, { isPublic: false }) : showParts(deps, body);
  return {
    id: state.id,
    author,
    caption: body.caption,
    media,
    hashtags: body.hashtags,
    mentions: state.mentions ?? [],
    visibility: body.visibility,
    isSensitive: state.isSensitive,
    likeCount: state.likeCount,
    commentCount: state.commentCount,
    createdAt: body.createdAt,
    editedAt: body.editedAt,
    rev: state.rev,
    viewer: of.isSignedIn ? viewerOf(state) : null,
  };
}

function viewerOf(state: PostState): PostView["viewer"] {
  return {
    isLiked: state.isLiked,
    isBookmarked: state.isBookmarked,
    follow: state.follow,
    canEdit: state.isAuthor && !state.isRemoved,
    // Whoever sees a post may answer it.
    canComment: true,
    isQuiet: state.isQuiet,
    moderation: state.moderation,
  };
}

/** What a post comes to in an answer, in bytes, at most. */
export function weighPost({ author, caption, media, hashtags, mentions }: PostView): number {
  let bytes = 1_000 + bytesOfText(author.displayName) + bytesOfText(caption) + 100 * mentions.length;
  if (author.avatar !== null) bytes += weighImage(author.avatar);
  for (const image of media) bytes += weighImage(image);
  for (const tag of hashtags) bytes += bytesOfText(tag) + 3;
  return bytes;
}
