// The people of the demo: everyone of the graph under a handle and a name, and alice, bob and carol, who can sign in.
import { writeBio } from "./captions.ts";
import { type Dated, dayMs, giveIds } from "./clock.ts";
import type { GraphPerson } from "./graph.ts";
import { chooseHandles, cleanName, inventName, slugOf } from "./names.ts";
import { createRandom, type Random } from "./random.ts";
import { type Topic, topics } from "./topics.ts";

/** How someone posts: now and then up to today, not for months, or never. */
export type Rhythm = "active" | "lapsed" | "never";

/** `atMs` is when they joined. */
export interface Person extends Dated {
  handle: string;
  displayName: string;
  bio: string;
  /** Alice, bob or carol. */
  isDemo: boolean;
  rhythm: Rhythm;
  pastimes: readonly Topic[];
  /** How much they like and comment, next to others. */
  sociability: number;
  following: Person[];
  followers: Person[];
}

const demoProfiles: readonly Profile[] = [
  {
    handle: "alice",
    displayName: "Alice Moreau",
    bio: "Coffee first, then the mountains. A demo account of Pixora.",
    pastimes: ["good coffee", "mountains"],
  },
  {
    handle: "bob",
    displayName: "Bob Lindqvist",
    bio: "Bread, bicycles and a dog called Olive. A demo account of Pixora.",
    pastimes: ["bread", "bicycles", "dogs"],
  },
  {
    handle: "carol",
    displayName: "Carol Nakamura",
    bio: "Night skies on old film. A demo account of Pixora.",
    pastimes: ["night skies", "film cameras"],
  },
];

interface Profile {
  handle: string;
  displayName: string;
  bio: string;
  /** Names of topics. */
  pastimes: readonly string[];
}

const dormantShare = 0.4;

/**
 * Makes everyone, nobody following anybody yet; the graph's people come in its order, the three demo people last.
 * 40 % do not post: half of them never did, half not for months. All joined one to two years ago.
 */
export function makePeople(graph: readonly GraphPerson[], input: { seed: string; nowMs: number }): Person[] {
  const random = createRandom(`${input.seed}/people`);
  const names = graph.map((person) => (person.name === null ? null : cleanName(person.name)) ?? inventName(person.key));
  const wishes = graph.map((person, at) => [
    slugOf(person.name ?? names[at] ?? ""),
    person.nick === null ? null : slugOf(person.nick),
    slugOf(inventName(person.key)),
  ]);
  const handles = chooseHandles(
    wishes,
    demoProfiles.map((profile) => profile.handle),
  );
  function makePerson(person: Omit<Person, keyof Dated | "following" | "followers">): Person {
    const atMs = input.nowMs - Math.floor((366 + random.next() * 364) * dayMs);
    return { ...person, id: 0n, atMs, following: [], followers: [] };
  }
  const ofGraph = handles.map((handle, at) => {
    const pastimes = pickPastimes(random);
    const bio = writeBio(random, { pastimes: pastimes.map(({ pastime }) => pastime) });
    const manner = { isDemo: false, rhythm: pickRhythm(random), pastimes, sociability: random.logNormal(1) };
    return makePerson({ handle, displayName: names[at] ?? handle, bio, ...manner });
  });
  const ofDemo = demoProfiles.map((profile) => {
    const pastimes = topics.filter(({ pastime }) => profile.pastimes.includes(pastime));
    return makePerson({ ...profile, isDemo: true, rhythm: "active", pastimes, sociability: 60 });
  });
  const people = [...ofGraph, ...ofDemo];
  giveIds(people);
  return people;
}

function pickPastimes(random: Random): Topic[] {
  return [...new Set([random.pick(topics), random.pick(topics)])];
}

function pickRhythm(random: Random): Rhythm {
  if (!random.isLucky(dormantShare)) return "active";
  return random.isLucky(0.5) ? "never" : "lapsed";
}
