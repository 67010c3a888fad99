// The matrix of conversations: of two, the viewer and the owner, in which both have written while they could; and the
// owner's group, in which the viewers are members, asked, gone, put out, or never were.
import {
  actsInGroup,
  always,
  byDirect,
  byMembership,
  listsDirect,
  ownsGroup,
  ownsGroupMessage,
  readsGroup,
  seesDirect,
  seesGroup,
} from "./rules.ts";
import type { CellWorld, RoomRows } from "./table.ts";

const ok = always("ok");
const direct = ({ me }: CellWorld) => ({ conversationId: me.directId });
const group = ({ groupId }: CellWorld) => ({ conversationId: groupId });
const groupMessage = ({ groupId, groupSeq }: CellWorld) => ({ conversationId: groupId, seq: groupSeq });
const inGroup = { access: "signedIn", about: "a group" } as const;
const notThere = { left: "chat.notFound", out: "chat.notFound" } as const;
const other = ({ me, people }: CellWorld) => (me === people.owner ? people.friend.id : people.owner.id);

export const chat: RoomRows<"chat"> = {
  open: [
    {
      access: "signedIn",
      input: (world) => ({ userId: other(world) }),
      expect: byDirect({ yes: "ok", gone: "ok", no: "chat.unreachable" }),
    },
  ],
  createGroup: [
    {
      access: "signedIn",
      input: (world) => ({ userIds: [other(world)], title: "another" }),
      expect: byDirect({ yes: "ok", gone: "chat.unreachable", no: "chat.unreachable" }),
    },
  ],
  list: [
    {
      access: "signedIn",
      input: () => ({ limit: 100 }),
      expect: listsDirect,
      shows: (page, { me }) => page.items.some((view) => view.id === me.directId),
    },
    {
      access: "signedIn",
      about: "requests",
      input: () => ({ state: "request", limit: 100 }),
      expect: byMembership({ member: "omits", asked: "lists", left: "omits", out: "omits", owner: "omits" }),
      shows: (page, { groupId }) => page.items.some((view) => view.id === groupId),
    },
  ],
  byId: [
    { access: "signedIn", input: direct, expect: seesDirect },
    { ...inGroup, input: group, expect: seesGroup },
  ],
  counts: [{ access: "signedIn", expect: ok }],
  send: [
    {
      access: "signedIn",
      input: (world) => ({ ...direct(world), text: "and now?", idempotencyKey: "another" }),
      expect: byDirect({ yes: "ok", gone: "chat.unreachable", no: "chat.unreachable" }),
    },
    {
      ...inGroup,
      input: (world) => ({ ...group(world), text: "and now?", idempotencyKey: "another" }),
      expect: actsInGroup,
    },
  ],
  messages: [
    { access: "signedIn", input: direct, expect: seesDirect },
    { ...inGroup, input: group, expect: readsGroup },
  ],
  markRead: [
    { access: "signedIn", input: (world) => ({ ...direct(world), upToSeq: 1 }), expect: seesDirect },
    { ...inGroup, input: (world) => ({ ...group(world), upToSeq: world.groupSeq }), expect: readsGroup },
  ],
  accept: [
    { access: "signedIn", input: direct, expect: seesDirect },
    { ...inGroup, input: group, expect: seesGroup },
  ],
  decline: [
    {
      ...inGroup,
      input: group,
      expect: byMembership({
        member: "chat.forbidden",
        asked: "ok",
        left: "ok",
        out: "chat.notFound",
        owner: "chat.forbidden",
      }),
    },
  ],
  leave: [
    { access: "signedIn", input: direct, expect: seesDirect },
    {
      ...inGroup,
      input: group,
      expect: byMembership({ member: "ok", asked: "ok", left: "ok", out: "chat.notFound", owner: "ok" }),
    },
  ],
  update: [
    { access: "signedIn", input: (world) => ({ ...direct(world), isMuted: true }), expect: seesDirect },
    { ...inGroup, input: (world) => ({ ...group(world), isMuted: true }), expect: actsInGroup },
    {
      access: "signedIn",
      about: "a group's title",
      input: (world) => ({ ...group(world), title: "mine" }),
      expect: ownsGroup,
    },
  ],
  addMembers: [
    {
      ...inGroup,
      input: (world) => ({ ...group(world), userIds: [world.people.friend.id] }),
      expect: byMembership({ member: "ok", asked: "chat.forbidden", owner: "ok", ...notThere }),
    },
  ],
  removeMember: [
    {
      ...inGroup,
      input: (world) => ({ ...group(world), userId: world.people.follower.id }),
      expect: ownsGroup,
    },
  ],
  members: [
    { access: "signedIn", input: direct, expect: seesDirect },
    { ...inGroup, input: group, expect: seesGroup },
  ],
  edit: [{ ...inGroup, input: (world) => ({ ...groupMessage(world), text: "other" }), expect: ownsGroupMessage }],
  delete: [{ ...inGroup, input: groupMessage, expect: ownsGroupMessage }],
  react: [{ ...inGroup, input: (world) => ({ ...groupMessage(world), reaction: "👍" }), expect: actsInGroup }],
  setTyping: [
    { access: "signedIn", input: direct, expect: seesDirect },
    { ...inGroup, input: group, expect: seesGroup },
  ],
};
