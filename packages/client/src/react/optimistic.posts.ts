// Likes, bookmarks and posts, seen at once.
import type { Effect, NewAddition } from "./effect.ts";
import { type Key, keyOf } from "./kinds.ts";
import { type Effects, type Maker, moved, readMeAgain, seenFields, setField, subjectKey, truth } from "./maker.ts";
import type { InputOf } from "./paths.ts";
import type { Fields } from "./records.ts";

export const postEffects: Effects = {
  "like.create": (_maker, input) => likeEffect(subjectKey(input), true),
  "like.delete": (_maker, input) => likeEffect(subjectKey(input), false),
  "bookmark.create": (_maker, { postId }) => bookmarkEffect(postId, true),
  "bookmark.delete": (_maker, { postId }) => bookmarkEffect(postId, false),
  "notification.setQuiet": (_maker, { postId, isQuiet }) =>
    viewerEffect(postId, { field: "viewer.isQuiet", value: isQuiet }),
  "post.create": (maker, input) => createEffect(maker, input),
  "post.update": (maker, input) => updateEffect(maker, input),
  "post.delete": ({ meId }, { postId }) => {
    const key = keyOf("post", postId);
    return {
      lane: key,
      patches: [{ key, patch: (fields) => (fields.gone === true ? null : { gone: true }) }],
      learn: () => [truth(key, { gone: true })],
      tallies: meId === null ? [] : [{ key: keyOf("me", meId), field: "postCount", by: -1 }],
      confirms: [readMeAgain],
    };
  },
};

function likeEffect(key: Key, on: boolean): Effect {
  return {
    lane: `like ${key}`,
    patches: [
      {
        key,
        patch: setField("viewer.isLiked", on, (fields) => moved(fields, { field: "likeCount", by: on ? 1 : -1 })),
      },
    ],
    learn: (answer) => {
      const { isLiked, likeCount, rev } = answer as { isLiked: boolean; likeCount: number; rev: number };
      return [truth(key, { "viewer.isLiked": isLiked, likeCount, rev })];
    },
  };
}

function viewerEffect(postId: string, { field, value }: { field: string; value: boolean }): Effect {
  const key = keyOf("post", postId);
  return {
    lane: `${field} ${key}`,
    patches: [{ key, patch: setField(field, value) }],
    learn: (answer) => [truth(key, { [field]: (answer as Fields)[field.slice("viewer.".length)] })],
  };
}

function bookmarkEffect(postId: string, value: boolean): Effect {
  const effect = viewerEffect(postId, { field: "viewer.isBookmarked", value });
  if (!value) return effect;
  const addition: NewAddition = { path: "bookmark.list", kind: "post", id: postId, edgeOf: () => "start" };
  return { ...effect, additions: [addition] };
}

function createEffect({ store, meId, newId, nowIso }: Maker, input: InputOf<"post.create">): Effect {
  const key = keyOf("post", newId);
  const images = (input.media ?? []).flatMap(({ mediaId, alt }) => {
    const image = seenFields(store, keyOf("media", mediaId))?.image;
    return image ? [{ ...image, alt: alt ?? "" }] : [];
  });
  const fields: Fields = {
    isMadeUp: true,
    id: newId,
    author: meId,
    caption: input.caption ?? "",
    media: images,
    hashtags: [],
    mentions: [],
    visibility: input.visibility ?? "public",
    likeCount: 0,
    commentCount: 0,
    createdAt: nowIso,
    editedAt: null,
    rev: 0,
    viewer: true,
    "viewer.isLiked": false,
    "viewer.isBookmarked": false,
    "viewer.canEdit": true,
    "viewer.canComment": true,
    "viewer.isQuiet": false,
  };
  const addition = { kind: "post", id: newId } as const;
  return {
    lane: "post.create",
    made: addition,
    marks: [key],
    patches: [{ key, patch: (known) => ({ ...fields, ...known }) }],
    additions: [
      { ...addition, path: "feed.home", edgeOf: () => "start" },
      { ...addition, path: "post.byUser", edgeOf: (list) => (list.userId === meId ? "start" : null) },
    ],
    tallies: meId === null ? [] : [{ key: keyOf("me", meId), field: "postCount", by: 1 }],
    confirms: [readMeAgain],
  };
}

function updateEffect({ nowIso }: Maker, input: InputOf<"post.update">): Effect {
  const key = keyOf("post", input.postId);
  return {
    lane: key,
    marks: [key],
    patches: [
      {
        key,
        patch: (fields) => ({
          ...(input.caption !== undefined && { caption: input.caption ?? "", editedAt: nowIso }),
          ...(input.visibility !== undefined && { visibility: input.visibility }),
          ...(input.media && { media: withAlts(fields.media, input.media) }),
        }),
      },
    ],
  };
}

function withAlts(media: unknown, alts: { mediaId: string; alt: string | null }[]): unknown {
  if (!Array.isArray(media)) return media;
  return media.map((image: { id: string }) => {
    const change = alts.find(({ mediaId }) => mediaId === image.id);
    return change ? { ...image, alt: change.alt ?? "" } : image;
  });
}
