// Every way to read something: all queries and streams of the matrix, called as one person, and what of the owner's
// shows through them. A query that gets its row in the matrix is a door here without another word.
import type { Deps } from "../../platform/process/deps.ts";
import { callAs, type Ending, typeOf } from "./call.ts";
import { rows } from "./rows.ts";
import { type MatrixPerson, type World, words } from "./world.ts";

/** One call that reads, and how it ended. */
export interface Door {
  path: string;
  input: object;
  ending: Ending;
}

interface Reader {
  world: World;
  /** Null: without a token. */
  reader: MatrixPerson | null;
}

/** Calls whatever reads. */
export async function readEverything(deps: Deps, { world, reader }: Reader): Promise<Door[]> {
  const named = { ...world, me: reader ?? world.people.owner };
  const calls = rows
    .filter((row) => typeOf(row.path) !== "mutation")
    .map((row) => ({ path: row.path, input: { ...(row.input?.(named) ?? {}) } }));
  return Promise.all(calls.map((call) => openDoor(deps, { ...call, reader })));
}

/** Calls again what answered a first page, for the rest: the cursors are from before. */
export async function readOn(deps: Deps, input: { doors: readonly Door[]; reader: MatrixPerson }): Promise<Door[]> {
  const { doors, reader } = input;
  const calls = doors.flatMap((door) => {
    const cursor = door.ending.isOk ? cursorOf(door.ending.answer) : null;
    return cursor === null ? [] : [{ path: door.path, input: { ...door.input, limit: 100, cursor } }];
  });
  return Promise.all(calls.map((call) => openDoor(deps, { ...call, reader })));
}

/** The first items of whatever is a list. */
export async function readFirstPages(
  deps: Deps,
  input: { doors: readonly Door[]; reader: MatrixPerson },
): Promise<Door[]> {
  const { doors, reader } = input;
  const lists = doors.filter((door) => door.ending.isOk && isPage(door.ending.answer));
  return Promise.all(
    lists.map(({ path, input: sent }) => openDoor(deps, { path, input: { ...sent, limit: 1 }, reader })),
  );
}

async function openDoor(deps: Deps, call: { path: string; input: object; reader: MatrixPerson | null }): Promise<Door> {
  const { path, input, reader } = call;
  return { path, input, ending: await callAs(deps, { path, input, accessToken: reader?.accessToken ?? null }) };
}

function isPage(answer: unknown): answer is { nextCursor: unknown } {
  return typeof answer === "object" && answer !== null && "nextCursor" in answer;
}

function cursorOf(answer: unknown): string | null {
  return isPage(answer) && typeof answer.nextCursor === "string" ? answer.nextCursor : null;
}

/** Texts by which one knows what an answer holds. */
export interface Marks {
  /** What the owner wrote with the post and under it. */
  texts: string[];
  /** The post and all that hangs on it, the reader's own comment included. */
  ids: string[];
  /** What the owner wrote elsewhere. */
  away: string[];
  person: string[];
}

/** The marks of a world, as far as one reader goes. */
export function marksOf({ world, reader }: { world: World; reader: MatrixPerson }): Marks {
  const { people, postId, mediaId, commentId, replyId, awayCommentId, awayReplyId } = world;
  return {
    texts: [words.caption, words.earlierCaption, words.comment, words.reply, words.later],
    ids: [postId, mediaId, commentId, replyId, reader.commentId],
    away: [words.awayComment, words.awayReply, awayCommentId, awayReplyId],
    person: [people.owner.id, people.owner.handle],
  };
}

/** "path: mark" for each mark that an answer shows. */
export function listLeaks(doors: readonly Door[], marks: readonly string[]): string[] {
  return doors.flatMap(({ path, ending }) => {
    const answer = ending.isOk ? JSON.stringify(ending.answer) : "";
    return marks.filter((mark) => answer.includes(mark)).map((mark) => `${path}: ${mark}`);
  });
}

/** Paths of calls that name one of these ids and are not refused as not found. */
export function listOpened(doors: readonly Door[], ids: readonly string[]): string[] {
  return doors
    .filter(({ input }) => ids.some((id) => Object.values(input).includes(id)))
    .filter(({ ending }) => ending.isOk || !ending.code.endsWith(".notFound"))
    .map(({ path, ending }) => `${path}: ${ending.isOk ? "answered" : ending.code}`);
}

/** Where the pictures that the answers show can be fetched, as path and query. */
export function listPictureUrls(doors: readonly Door[]): string[] {
  const found = doors.flatMap(({ ending }) =>
    ending.isOk ? (JSON.stringify(ending.answer).match(/\/media\/picture\/[^"\\]+/g) ?? []) : [],
  );
  return [...new Set(found)];
}
