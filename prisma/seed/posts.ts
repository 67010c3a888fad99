// The posts of the demo: who posted when, and what. More from the well-known, more of late, none from the dormant.
import { parseHashtags } from "../../packages/api/src/platform/text/hashtag.ts";
import { writeCaption } from "./captions.ts";
import { type Dated, dayMs, giveIds, minuteMs } from "./clock.ts";
import type { Person } from "./people.ts";
import { createRandom, createWeightedPick, type Random } from "./random.ts";
import type { Topic } from "./topics.ts";

export interface Post extends Dated {
  author: Person;
  topic: Topic;
  caption: string;
  hashtags: string[];
  mentioned: Person | null;
}

/** Posts of alice, bob and carol. */
const demoPostCounts = [48, 36, 30];

/** Makes `count` posts of the past year, oldest first. */
export function makePosts(people: readonly Person[], input: { seed: string; count: number; nowMs: number }): Post[] {
  const random = createRandom(`${input.seed}/posts`);
  const trio = people.filter((person) => person.isDemo);
  const posters = people.filter((person) => person.rhythm !== "never" && !person.isDemo);
  const dated = trio.flatMap((author, at) => datesOfDemo(random, author, { ...input, count: demoPostCounts[at] ?? 0 }));
  dated.push(...datesOfOthers(random, posters, { nowMs: input.nowMs, count: input.count - dated.length }));
  dated.sort((a, b) => a.atMs - b.atMs || (a.author.id < b.author.id ? -1 : 1));

  const wellKnown = posters.slice(0, 3_000);
  const captions = createRandom(`${input.seed}/captions`);
  const posts = dated.map(({ author, atMs }) => {
    const topic = captions.isLucky(0.9)
      ? captions.pick(author.pastimes)
      : captions.pick(captions.pick(posters).pastimes);
    const mentioned = pickMentioned(captions, { author, trio, wellKnown });
    const caption = writeCaption(captions, { topic, mentioned: mentioned?.handle ?? null });
    const hashtags = parseHashtags(caption).map((tag) => tag.key);
    return { id: 0n, author, topic, caption, hashtags, mentioned, atMs };
  });
  return giveIds(posts);
}

interface DatedPost {
  author: Person;
  atMs: number;
}

/** One post each, recent if they are active, and the rest by fame and by chance. */
function datesOfOthers(
  random: Random,
  posters: readonly Person[],
  input: { count: number; nowMs: number },
): DatedPost[] {
  const dormantDays = 120;
  const eagerness = new Map(posters.map((person) => [person, eagernessOf(random, person)]));
  const pick = createWeightedPick(posters, (person) => eagerness.get(person) ?? 0);
  return Array.from({ length: input.count }, (_, at) => {
    const first = posters[at];
    const author = first ?? pick(random);
    // Of late there is more than long ago.
    const activeDays = random.next() ** 1.35 * (first === undefined ? 364 : dormantDays - 1);
    const days = author.rhythm === "active" ? activeDays : dormantDays + random.next() * (364 - dormantDays);
    return { author, atMs: Math.floor(input.nowMs - minuteMs - days * dayMs) };
  });
}

function eagernessOf(random: Random, person: Person): number {
  const pace = person.rhythm === "active" ? 1 : 0.4;
  return pace * Math.sqrt(1 + person.followers.length) * random.logNormal(0.8);
}

/** Spread over the year, closer together of late: the newest is hours old. */
function datesOfDemo(random: Random, author: Person, input: { count: number; nowMs: number }): DatedPost[] {
  return Array.from({ length: input.count }, (_, at) => {
    const share = (at + 0.2 + random.next() * 0.8) / input.count;
    return { author, atMs: Math.floor(input.nowMs - minuteMs - share ** 2 * 360 * dayMs) };
  });
}

function pickMentioned(
  random: Random,
  among: { author: Person; trio: readonly Person[]; wellKnown: readonly Person[] },
): Person | null {
  const { author, trio, wellKnown } = among;
  if (!random.isLucky(0.08)) return null;
  const following = author.following;
  const circle = random.isLucky(0.015) ? trio : following.length > 0 && random.isLucky(0.7) ? following : wellKnown;
  const mentioned = random.pick(circle);
  return mentioned === author ? null : mentioned;
}
