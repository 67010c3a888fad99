// The lower bound of live events: a plain `ws` server. A socket says its token; whatever Redis publishes for its user on
// "bare:live" ("<userId> <text>") is sent on as it is. POST /like writes a like and its notification in one statement and
// tells the receiver after commit, in the same process: no queue, no log, nothing that survives a crash.

import { Redis } from "ioredis";
import { type WebSocket, WebSocketServer } from "ws";
import { meSql, openBare } from "./start.ts";

const { app, readCaller, query, listen, redis } = openBare();
const sockets = new Map<string, Set<WebSocket>>();

function deliver(userId: string, text: string): void {
  for (const socket of sockets.get(userId) ?? []) socket.send(text);
}

const server = new WebSocketServer({ server: app.server, path: "/live", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.once("message", (bytes) => {
    const { userId } = readCaller({ headers: { authorization: `Bearer ${bytes}` } });
    const own = sockets.get(userId) ?? new Set();
    sockets.set(userId, own.add(socket));
    socket.once("close", () => own.delete(socket));
    socket.send('{"type":"ready"}');
  });
});

const subscriber = new Redis(redis.options);
subscriber.on("message", (_channel: string, message: string) => {
  const space = message.indexOf(" ");
  const [userId, text] = [message.slice(0, space), message.slice(space + 1)];
  if (userId === "*") for (const own of sockets.keys()) deliver(own, text);
  else deliver(userId, text);
});
await subscriber.subscribe("bare:live");

interface LikeRow {
  receiver_id: string;
  notification_id: string | null;
  like_count: number;
  handle: string;
  display_name: string;
}

const likeSql = `
  with ${meSql}, target as (
    select p.id, p.author_id from posts p where p.id = $3 and p.deleted_at is null
  ), liked as (
    insert into post_likes (post_id, user_id) select target.id, me.id from me, target on conflict do nothing returning post_id
  ), counted as (
    update post_counts set like_count = like_count + 1, rev = rev + 1 where post_id in (select post_id from liked)
    returning like_count
  ), told as (
    insert into notifications (id, "receiverId", "actorId", type, "postId", "groupKey", "causeKey")
    select next_id(), target.author_id, me.id, 'LIKE', target.id, 'LIKE/' || target.id, 'like/' || target.id || '/' || me.id
    from me, target, liked on conflict do nothing returning id
  )
  select target.author_id as receiver_id, told.id as notification_id, counted.like_count, u.handle, u.display_name
  from me join users u on u.id = me.id cross join target cross join counted left join told on true`;

app.post<{ Body: { postId: string } }>("/like", async (request) => {
  const { userId, sessionId } = readCaller(request);
  const { postId } = request.body;
  const [row] = await query<LikeRow>(likeSql, [userId, sessionId, postId]);
  if (row === undefined) throw new Error("no such session or post, or liked before");
  const { handle, display_name: displayName, notification_id: id } = row;
  const actor = { id: userId, handle, displayName, avatar: null, isPrivate: false, viewer: null };
  const notification = { id, groupKey: `LIKE/${postId}`, type: "LIKE", actor, postId, commentId: null };
  deliver(row.receiver_id, JSON.stringify({ type: "notification.created", notification }));
  return { isLiked: true, likeCount: row.like_count, rev: 1 };
});
await listen();
