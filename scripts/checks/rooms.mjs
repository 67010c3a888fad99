// The rooms of packages/api/src in the order in which they stand on one another, ground first: the one list that the
// import check and the drawing in docs/ARCHITECTURE.md are made from. A room imports only rooms that stand before it.

/** Each step of the list is one line of the drawing. A room may be named here before its folder is there. */
export const roomSteps = [
  { rooms: ["platform"], says: "what every room works with; knows no room" },
  { rooms: ["visibility", "log"], says: "who may see what, as SQL text; each person's event log" },
  { rooms: ["media", "session"], says: "pictures; tokens, devices, revocation" },
  { rooms: ["user"], says: "people" },
  { rooms: ["hashtag", "post", "notification"], says: "what they publish; what is told in the app" },
  { rooms: ["decision"], says: "what moderators decided, as the person reads it" },
  { rooms: ["feed", "bookmark", "comment", "delivery"], says: "home, kept posts, threads; what leaves the app" },
  {
    rooms: [
      "follow",
      "mute",
      "like",
      "draft",
      "album",
      "chat",
      "analytics",
      "explore",
      "search",
      "push",
      "audit",
      "live",
    ],
    says: "relations, tools, streams",
  },
  { rooms: ["block", "purge"], says: "what ends relations; what goes with what" },
  { rooms: ["account"], says: "a whole person: profile, export, deletion" },
  { rooms: ["auth"], says: "sign-up, sign-in, credentials, e-mail; what ends what" },
  { rooms: ["moderation"], says: "reports, suspensions" },
];

/** All rooms, ground first. */
export const roomOrder = roomSteps.flatMap(({ rooms }) => rooms);

/**
 * The drawing, top room first, of the rooms that `exists` says are there. What stands in one line imports from left to
 * right only, too.
 */
export function drawRooms({ exists }) {
  const lines = roomSteps
    .map(({ rooms, says }) => ({ names: rooms.filter(exists).join("  "), says }))
    .filter(({ names }) => names !== "")
    .reverse();
  const all = [{ names: "http", says: "the edge" }, { names: "*.router.ts", says: "the wire, room by room" }, ...lines];
  const width = Math.max(...all.map(({ names }) => names.length));
  return all.map(({ names, says }) => `${names.padEnd(width)}   ${says}`).join("\n");
}
