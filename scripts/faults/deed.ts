// Chooses what somebody does next: likes and follows are made and undone, comments are written, answered and deleted.
import type { Person } from "./crowd.ts";
import type { Deed, Entry } from "./load.ts";
import type { Random } from "./random.ts";

interface Choosing {
  people: readonly Person[];
  random: Random;
  entries: Map<string, Entry>;
  /** Entries with a call under way. */
  busy: ReadonlySet<Entry>;
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
        : drawn < 0.95
          ? chooseComment(choosing, actor, other)
          : chooseDeletion(choosing);
  return deed === null || choosing.busy.has(deed.entry) ? null : deed;
}

function entryOf({ entries }: Choosing, table: Entry["table"], key: string): Entry {
  const known = entries.get(`${table}/${key}`);
  const entry = known ?? { table, key, stands: false };
  entries.set(`${table}/${key}`, entry);
  return entry;
}

/** What stands is undone one time in three, and otherwise made once more. */
function doesMake({ random }: Choosing, entry: Entry): boolean {
  return entry.stands !== true || random.next() > 1 / 3;
}

function chooseLike(choosing: Choosing, actor: Person, other: Person): Deed {
  const postId = choosing.random.pick(other.postIds);
  const entry = entryOf(choosing, "post_likes", `${postId}/${actor.id}`);
  const { like } = actor.devices[0].pixora;
  const makes = doesMake(choosing, entry);
  return { entry, makes, call: () => (makes ? like.create : like.delete).mutate({ postId }) };
}

function chooseFollow(choosing: Choosing, actor: Person, other: Person): Deed {
  const entry = entryOf(choosing, "follows", `${actor.id}/${other.id}`);
  const { follow } = actor.devices[0].pixora;
  const makes = doesMake(choosing, entry);
  return { entry, makes, call: () => (makes ? follow.create : follow.delete).mutate({ userId: other.id }) };
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
  const { random, serial } = choosing;
  const answered = random.next() < 0.3 ? drawComment(choosing, isKept) : null;
  const postId = answered?.postId ?? random.pick(other.postIds);
  const entry: WrittenComment = entryOf(choosing, "comments", `words ${serial} ${serial % 2 === 0 ? "kept" : "gone"}`);
  async function call(): Promise<void> {
    const parentId = answered?.commentId ?? null;
    const comment = await actor.devices[0].pixora.comment.create.mutate({ postId, text: entry.key, parentId });
    Object.assign(entry, { commentId: comment.id, postId, author: actor });
  }
  return { entry, makes: true, call };
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
