// The matrix of conversations: of two, the viewer and the owner, in which both have written while they could.
import { always, byDirect, listsDirect, seesDirect } from "./rules.ts";
import type { CellWorld, RoomRows } from "./table.ts";

const ok = always("ok");
const direct = ({ me }: CellWorld) => ({ conversationId: me.directId });
const writes = byDirect({ yes: "ok", gone: "chat.unreachable", no: "chat.unreachable" });

export const chat: RoomRows<"chat"> = {
  open: [
    {
      access: "signedIn",
      input: ({ me, people }) => ({ userId: me === people.owner ? people.friend.id : people.owner.id }),
      expect: byDirect({ yes: "ok", gone: "ok", no: "chat.unreachable" }),
    },
  ],
  list: [
    {
      access: "signedIn",
      input: () => ({ limit: 100 }),
      expect: listsDirect,
      shows: (page, { me }) => page.items.some((view) => view.id === me.directId),
    },
  ],
  byId: [{ access: "signedIn", input: direct, expect: seesDirect }],
  counts: [{ access: "signedIn", expect: ok }],
  send: [
    {
      access: "signedIn",
      input: (world) => ({ ...direct(world), text: "and now?", idempotencyKey: "another" }),
      expect: writes,
    },
  ],
  messages: [{ access: "signedIn", input: direct, expect: seesDirect }],
  markRead: [{ access: "signedIn", input: (world) => ({ ...direct(world), upToSeq: 1 }), expect: seesDirect }],
};
