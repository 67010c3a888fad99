// People who receive and people who like, for the live workloads: pairs that have never met on these posts, so that every
// like makes exactly one notification.
import type { Bench } from "../harness/bench.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import type { SocketPlan } from "../load/live.plan.ts";

export interface Audience {
  /** Each with a post of their own. */
  receivers: (Caller & { postId: string })[];
  likers: Caller[];
}

/** Public, active people; the likers receive nothing, and have liked none of the posts yet. */
export async function pickAudience(bench: Bench, count: { receivers: number; likers: number }): Promise<Audience> {
  const { rows: posts } = await bench.pool.query<{ author_id: string; post_id: string }>(
    `select distinct on (hashint8(author_id), author_id) author_id, p.id as post_id
     from posts p join users u on u.id = p.author_id
     where p.visibility = 'public' and p.deleted_at is null and not u.is_private
     order by hashint8(author_id), author_id, p.id desc limit $1`,
    [count.receivers],
  );
  const { rows: people } = await bench.pool.query<{ id: string }>(
    `select u.id from users u
     where not exists (select from post_likes l where l.user_id = u.id and l.post_id = any ($1))
       and u.id <> all ($2) and not u.is_private
     order by hashint8(u.id) limit $3`,
    [posts.map((row) => row.post_id), posts.map((row) => row.author_id), count.likers],
  );
  if (posts.length < count.receivers || people.length < count.likers) throw new Error("the data has too few people");
  const signedIn = await signInAll(
    bench.pool,
    posts.map((row) => row.author_id),
  );
  return {
    receivers: signedIn.map((caller, index) => ({ ...caller, postId: posts[index]?.post_id ?? "" })),
    likers: await signInAll(
      bench.pool,
      people.map((row) => row.id),
    ),
  };
}

export interface NewLike {
  liker: Caller;
  postId: string;
  key: string;
}

/** Deals out pairs of liker and post, none twice: neighbours go to different receivers and come from different likers. */
export function createLikeDealer(audience: Audience): (count: number) => NewLike[] {
  const { receivers, likers } = audience;
  let dealt = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      const turn = Math.floor(dealt / receivers.length);
      const receiver = receivers[dealt % receivers.length];
      const liker = likers[(dealt + turn) % likers.length];
      if (receiver === undefined || liker === undefined || turn >= likers.length) throw new Error("no more pairs");
      dealt += 1;
      return { liker, postId: receiver.postId, key: `${receiver.postId}/${liker.userId}` };
    });
}

/** A receiver's socket to the bare `ws` program. */
export function bareSocket(port: number, caller: Caller): SocketPlan {
  return { port, path: "/live", hello: [caller.token], readyMark: '"ready"' };
}
