// Follows, blocks, mutes and one's own profile, seen at once.
import type { Effect, Patch } from "./effect.ts";
import { keyOf } from "./kinds.ts";
import { type Effects, moved, readMeAgain, seenFields, setField } from "./maker.ts";
import type { Fields } from "./records.ts";

export const peopleEffects: Effects = {
  "follow.create": ({ meId }, { userId }) => ({
    ...relation(userId, follow),
    ...(meId !== null && { tallies: [{ key: keyOf("me", meId), field: "followingCount", by: 0 }] }),
    confirms: [readMeAgain],
  }),
  "follow.delete": (_maker, { userId }) => ({ ...relation(userId, unfollow), confirms: [readMeAgain] }),
  "follow.acceptRequest": (_maker, { userId }) => ({
    ...relation(userId, setField("viewer.followedBy", "following")),
    confirms: [readMeAgain],
  }),
  "follow.rejectRequest": (_maker, { userId }) => relation(userId, setField("viewer.followedBy", "none")),
  "follow.removeFollower": (_maker, { userId }) => ({
    ...relation(userId, setField("viewer.followedBy", "none")),
    confirms: [readMeAgain],
  }),
  "block.create": (_maker, { userId }) =>
    relation(userId, (fields) =>
      fields["viewer.isBlocking"] === true
        ? null
        : { "viewer.isBlocking": true, "viewer.follow": "none", "viewer.followedBy": "none" },
    ),
  "block.delete": (_maker, { userId }) => relation(userId, setField("viewer.isBlocking", false)),
  "mute.create": (_maker, { userId }) => relation(userId, (fields) => markMuted(fields, true)),
  "mute.delete": (_maker, { userId }) => relation(userId, (fields) => markMuted(fields, false)),
  "user.update": ({ store, meId }, input) => {
    if (meId === null || !input) return { lane: "user.update" };
    const key = keyOf("me", meId);
    const { displayName, bio, website, isPrivate, avatarMediaId } = input;
    const avatar = avatarMediaId ? seenFields(store, keyOf("media", avatarMediaId))?.image : null;
    return {
      lane: key,
      patches: [
        {
          key,
          patch: (fields) => ({
            ...(displayName !== undefined && { displayName: displayName ?? fields.handle }),
            ...(bio !== undefined && { bio: bio ?? "" }),
            ...(website !== undefined && { website }),
            ...(isPrivate !== undefined && { isPrivate }),
            ...(avatarMediaId === null || avatar ? { avatar } : {}),
          }),
        },
      ],
    };
  },
};

function relation(userId: string, patch: Patch): Effect {
  const key = keyOf("user", userId);
  return { lane: `relation ${key}`, patches: [{ key, patch }] };
}

function follow(fields: Fields): Fields | null {
  if (fields["viewer.follow"] !== undefined && fields["viewer.follow"] !== "none") return null;
  if (fields.isPrivate === true) return { "viewer.follow": "requested" };
  return { "viewer.follow": "following", ...moved(fields, { field: "followerCount", by: 1 }) };
}

function unfollow(fields: Fields): Fields | null {
  if (fields["viewer.follow"] === undefined || fields["viewer.follow"] === "none") return null;
  const by = fields["viewer.follow"] === "following" ? -1 : 0;
  return { "viewer.follow": "none", ...moved(fields, { field: "followerCount", by }) };
}

function markMuted(fields: Fields, isMuting: boolean): Fields | null {
  return fields["viewer.isMuting"] === isMuting ? null : { "viewer.isMuting": isMuting };
}
