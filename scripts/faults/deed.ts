// Chooses what somebody does next: likes and follows are made and undone, comments are written, answered and deleted,
// posts are published.
import type { Pixora } from "@pixora/client";
import type { Person } from "./crowd.ts";
import type { Random } from "./random.ts";

/** What the calls about one thing said last. */
export interface Entry {
  table: "post_likes" | "follows" | "comments" | "posts";
  /** post and actor; follower and followee; for comments and posts the text, which is of this one only. */
  key: string;
  /** Whether it has to stand; null: nobody knows: no call, or the last one, was answered. */
  stands: boolean | null;
}

/** A call, as it was chosen. */
export interface Deed {
  entry: Entry;
  /** What stands after it. */
  makes: boolean;
  call(): Promise<unknown>;
}

interface Choosing {
  people: readonly Person[];
  random: Random;
  entries: Map<string, Entry>;
  /** Entries with a call under way, or one that may still take effect. */
  busy: ReadonlySet<Entry>;
  /** Of the load, so that two loads write different words. */
  name: string;
  /** Rises with each call. */
  serial: number;
}

/** The next deed; null where what was drawn has a call under way. */
export function chooseDeed(choosing: Choosing): Deed | null {
  const { random, people } = choosing;
  const actor = random.pick(people);
  const other = random.pick(people.filter((person) => person !== actor));
  const drawn = random.next();
  const deed =
    drawn < 0.6
      ? chooseLike(choosing, actor, other)
      : drawn < 0.75
        ? chooseFollow(choosing, actor, other)
        : drawn < 0.9
          ? chooseComment(choosing, actor, other)
          : drawn < 0.95
            ? choosePost(choosing, actor)
            : chooseDeletion(choosing);
  return deed === null || choosing.busy.has(deed.entry) ? null : deed;
}

function entryOf({ entries }: Choosing, table: Entry["table"], key: string): Entry {
  const known = entries.get(`${table}/${key}`);
  const entry = known ?? { table, key, stands: null };
  entries.set(`${table}/${key}`, entry);
  return entry;
}

/** One time in three something that stands, which is then undone or made once more; else whatever is drawn. */
function drawPair(choosing: Choosing, table: Entry["table"], drawn: string): { entry: Entry; makes: boolean } {
  const { random, entries } = choosing;
  const existing =
    random.next() < 1 / 3 ? [...entries.values()].filter((one) => one.table === table && one.stands) : [];
  if (existing.length === 0) return { entry: entryOf(choosing, table, drawn), makes: true };
  return { entry: random.pick(existing), makes: random.next() < 1 / 3 };
}

function clientOf({ people }: Choosing, userId: string | undefined): Pixora {
  const person = people.find((one) => one.id === userId);
  if (person === undefined) throw new Error("nobody of the crowd");
  return person.devices[0].pixora;
}

function chooseLike(choosing: Choosing, actor: Person, other: Person): Deed {
  const drawn = `${choosing.random.pick(other.postIds)}/${actor.id}`;
  const { entry, makes } = drawPair(choosing, "post_likes", drawn);
  const [postId = "", actorId] = entry.key.split("/");
  const { like } = clientOf(choosing, actorId);
  return { entry, makes, call: () => (makes ? like.create : like.delete).mutate({ postId }) };
}

function chooseFollow(choosing: Choosing, actor: Person, other: Person): Deed {
  const { entry, makes } = drawPair(choosing, "follows", `${actor.id}/${other.id}`);
  const [actorId, userId = ""] = entry.key.split("/");
  const { follow } = clientOf(choosing, actorId);
  return { entry, makes, call: () => (makes ? follow.create : follow.delete).mutate({ userId }) };
}

/** A comment that was acknowledged, as later deeds find it. */
interface WrittenComment extends Entry {
  commentId?: string;
  postId?: string;
  author?: Person;
}

/** Every other comment is never deleted, so that it can be answered at any time. */
function isKept(entry: Entry): boolean {
  return entry.key.endsWith("kept");
}

function chooseComment(choosing: Choosing, actor: Person, other: Person): Deed {
  const { random, name, serial } = choosing;
  const answered = random.next() < 0.3 ? drawComment(choosing, isKept) : null;
  const postId = answered?.postId ?? random.pick(other.postIds);
  const entry: WrittenComment = entryOf(
    choosing,
    "comments",
    `${name} ${serial} ${serial % 2 === 0 ? "kept" : "gone"}`,
  );
  async function call(): Promise<void> {
    const parentId = answered?.commentId ?? null;
    const comment = await actor.devices[0].pixora.comment.create.mutate({ postId, text: entry.key, parentId });
    Object.assign(entry, { commentId: comment.id, postId, author: actor });
  }
  return { entry, makes: true, call };
}

function choosePost(choosing: Choosing, actor: Person): Deed {
  const entry = entryOf(choosing, "posts", `${choosing.name} ${choosing.serial}`);
  return { entry, makes: true, call: () => actor.devices[0].pixora.post.create.mutate({ caption: entry.key }) };
}

function chooseDeletion(choosing: Choosing): Deed | null {
  const entry = drawComment(choosing, (one) => !isKept(one));
  const { commentId, author } = entry ?? {};
  if (entry === null || commentId === undefined || author === undefined) return null;
  return { entry, makes: false, call: () => author.devices[0].pixora.comment.delete.mutate({ commentId }) };
}

/** One of the acknowledged comments; null where there is none. */
function drawComment(choosing: Choosing, isWanted: (entry: Entry) => boolean): WrittenComment | null {
  const found = [...choosing.entries.values()].filter(
    (entry) => entry.table === "comments" && entry.stands === true && isWanted(entry),
  );
  return found.length === 0 ? null : choosing.random.pick(found);
}
