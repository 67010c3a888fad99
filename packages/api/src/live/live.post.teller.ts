// Tells those who look on at posts what happens there, round by round: counts at once and then at most four times a
// second, and each comment, read once for all local viewers and shown as each of them may see it; its end, to those it was not hidden from.
import { hideCommentsFromMany, presentCommentsToMany } from "../comment/comment.audience.ts";
import type { CommentView } from "../comment/comment.schema.ts";
import type { CommentHint } from "../log/log.hint.ts";
import { vouchFor } from "../platform/call/vouched.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  type Audience,
  audiencesOf,
  type CountsEvent,
  checkAudiences,
  countsEventOf,
  type PostStream,
  tellCounts,
} from "./live.post.check.ts";
import { readPostCounts } from "./live.post.read.ts";
import type { StreamRegister } from "./live.register.ts";
import { type PostEvent, postEventView } from "./live.schema.ts";

const countsEveryMs = 250;
/** Comments of one round, so that no query grows with a storm, and each reader has its turn in between. */
const hintsPerRound = 100;
/** Ways of a viewer to see a comment that one query looks at. */
const pairsPerRead = 5_000;
/** A round that fails is told again, later and not for ever: whoever comes back lists the comments anyway. */
const retryAfterMs = 500;
const maxTries = 10;

interface TellerInput {
  register: StreamRegister<PostStream>;
  /** Resolves when the streams of sessions that were said to have ended are closed: they are told nothing more. */
  whenChecked: () => Promise<unknown>;
}

type TellerDeps = Pick<Deps, "db" | "log" | "storage">;

export interface PostTeller {
  /** The counts of a post have moved. */
  tellCounts(postId: string): void;
  tellComment(hint: CommentHint): void;
}

/** What is told together: comments, and the posts whose counts are due. */
interface Round {
  hints: readonly CommentHint[];
  moved: readonly string[];
}

/** One round at a time; what comes while it is read, and what one message tells, goes into the next. */
export function createPostTeller(deps: TellerDeps, input: TellerInput): PostTeller {
  const moved = new Set<string>();
  const tries = new WeakMap<CommentHint, number>();
  let hints: CommentHint[] = [];
  let countsDueMs = 0;
  let isTelling = false;
  let timer: NodeJS.Timeout | null = null;

  function takeRound(): Round | null {
    const nowMs = performance.now();
    const areCountsDue = moved.size > 0 && nowMs >= countsDueMs;
    if (hints.length === 0 && !areCountsDue) return null;
    const round = { hints: hints.slice(0, hintsPerRound), moved: areCountsDue ? [...moved] : [] };
    hints = hints.slice(hintsPerRound);
    if (areCountsDue) {
      moved.clear();
      countsDueMs = nowMs + countsEveryMs;
    }
    return round;
  }

  /** Puts back what a round could not tell. */
  function putBack(round: Round): void {
    for (const postId of round.moved) moved.add(postId);
    const again = round.hints.filter((hint) => (tries.get(hint) ?? 1) < maxTries);
    for (const hint of again) tries.set(hint, (tries.get(hint) ?? 1) + 1);
    hints = [...again, ...hints];
  }

  async function tellRounds(): Promise<void> {
    for (let round = takeRound(); round !== null; round = takeRound()) {
      try {
        await tellRound(deps, input, round);
      } catch (error) {
        deps.log.warn({ err: error }, "what happened on posts waits to be told to those who look on");
        putBack(round);
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      }
    }
    isTelling = false;
    if (moved.size === 0) return;
    timer ??= setTimeout(() => {
      timer = null;
      wake();
    }, countsDueMs - performance.now()).unref();
  }

  function wake(): void {
    if (isTelling) return;
    isTelling = true;
    setImmediate(tellRounds);
  }

  return {
    tellCounts(postId) {
      moved.add(postId);
      if (timer === null) wake();
    },
    tellComment(hint) {
      hints.push(hint);
      wake();
    },
  };
}

async function tellRound(deps: TellerDeps, input: TellerInput, { hints, moved }: Round): Promise<void> {
  const { register } = input;
  const commented = new Set(hints.map((hint) => hint.postId));
  const audiences = audiencesOf([...commented].flatMap((postId) => register.of(postId)));
  const [shown, counts, otherCounts] = await Promise.all([
    presentRound(deps, audiences, hints),
    // A session that has ended hears of no comment, also where the hint of its end is late or lost.
    checkAudiences(deps, { register, audiences }),
    readCounts(deps, { postIds: moved.filter((postId) => register.isAbout(postId) && !commented.has(postId)) }),
  ]);
  // All of them, before the first is told: a round that fails has told nothing, and is told again as a whole.
  const events = hints.flatMap((hint) => eventsOf(hint, shown));
  await input.whenChecked();
  for (const postId of moved) {
    const event = counts.get(postId) ?? otherCounts.get(postId);
    if (event !== undefined) for (const stream of register.of(postId)) tellCounts(stream, event);
  }
  for (const { streams, event } of events) {
    for (const stream of streams) stream.mailbox.put(event);
  }
}

/** A comment in one of the ways to see it, or the end of one (no view), and who hears of it. */
interface Shown {
  view: CommentView | null;
  streams: PostStream[];
}

interface AddressedEvent {
  event: PostEvent;
  streams: readonly PostStream[];
}

function eventsOf({ change, commentId }: CommentHint, shown: ReadonlyMap<string, Shown[]>): AddressedEvent[] {
  return (shown.get(commentId) ?? []).flatMap(({ view, streams }): AddressedEvent[] => {
    if (change === "comment.deleted") {
      return view === null ? [{ streams, event: vouchFor({ type: change, commentId }) }] : [];
    }
    // Checked here, once, for all who hear it.
    const event = () => vouchFor(postEventView.parse({ type: change, comment: view }));
    return view === null ? [] : [{ streams, event: event() }];
  });
}

/** The comments that were hinted, in each way that some viewer may see them, and the ends of others. */
async function presentRound(
  deps: Pick<Deps, "db" | "storage">,
  audiences: readonly Audience[],
  hints: readonly CommentHint[],
): Promise<Map<string, Shown[]>> {
  const deleted = hints.filter(({ change }) => change === "comment.deleted");
  const endedIds = deleted.map(({ commentId }) => commentId);
  const commentIds = hints.flatMap(({ change, commentId }) => (change === "comment.deleted" ? [] : [commentId]));
  const shown = new Map<string, Shown[]>();
  const show = (commentId: string, one: Shown) => shown.set(commentId, [...(shown.get(commentId) ?? []), one]);
  const viewersPerRead = Math.floor(pairsPerRead / Math.max(1, hints.length));
  for (let start = 0; start < audiences.length; start += viewersPerRead) {
    const viewers = audiences.slice(start, start + viewersPerRead);
    const [views, hidden] = await Promise.all([
      presentCommentsToMany(deps, { commentIds, viewers }),
      hideCommentsFromMany(deps, { commentIds: endedIds, viewers }),
    ]);
    for (const { view, places } of views) {
      show(view.id, { view, streams: places.flatMap((place) => viewers[place]?.streams ?? []) });
    }
    for (const { postId, commentId } of deleted) {
      const hearing = viewers.filter((viewer, place) => viewer.postId === postId && !hidden.get(commentId)?.has(place));
      show(commentId, { view: null, streams: hearing.flatMap((viewer) => viewer.streams) });
    }
  }
  return shown;
}

async function readCounts(
  deps: Pick<Deps, "db">,
  { postIds }: { postIds: readonly string[] },
): Promise<Map<string, CountsEvent>> {
  if (postIds.length === 0) return new Map();
  const counts = await readPostCounts(deps, { postIds });
  return new Map([...counts].map(([postId, now]) => [postId, countsEventOf(now)]));
}
