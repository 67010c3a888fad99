// Who follows whom: the graph's own edges, and those of alice, bob and carol, who join it.
import { type Dated, dayMs, giveIds, hourMs } from "./clock.ts";
import type { GraphPerson } from "./graph.ts";
import type { Person } from "./people.ts";
import { createRandom, drawDistinct, type Random } from "./random.ts";

export interface Follow extends Dated {
  follower: Person;
  followee: Person;
}

/** How many of the graph's people follow and are followed by alice, bob and carol. */
const demoCounts = [
  { following: 300, followers: 140 },
  { following: 240, followers: 110 },
  { following: 180, followers: 90 },
];

/** Makes all follows, oldest first, and enters them in `following` and `followers` of the people. */
export function makeFollows(
  people: readonly Person[],
  input: { graph: readonly GraphPerson[]; seed: string; nowMs: number },
): Follow[] {
  const random = createRandom(`${input.seed}/follows`);
  const graphPairs = pairsOfGraph(people, input.graph);
  const readers = [...new Set(graphPairs.map(({ follower }) => follower))];
  const pairs = [...graphPairs, ...pairsOfDemo(random, people, readers)];
  const listByFollower = Map.groupBy(pairs, ({ follower }) => follower);
  const follows: Follow[] = [];
  for (const list of listByFollower.values()) {
    for (const [at, pair] of list.entries()) {
      // A list of the graph is in the order in which it grew, so its dates rise.
      const share = pair.followee.isDemo ? random.next() : (at + random.next()) / list.length;
      follows.push({ ...pair, id: 0n, atMs: Math.floor(input.nowMs - hourMs - spanMs * (1 - share)) });
    }
  }
  const ordered = giveIds(follows);
  for (const { follower, followee } of ordered) {
    follower.following.push(followee);
    followee.followers.push(follower);
  }
  return ordered;
}

/** Less than the year since which everyone has joined. */
const spanMs = 360 * dayMs;

interface Pair {
  follower: Person;
  followee: Person;
}

function pairsOfGraph(people: readonly Person[], graph: readonly GraphPerson[]): Pair[] {
  const personByKey = new Map(graph.map(({ key }, at) => [key, people[at]]));
  return graph.flatMap(({ key, follows }) =>
    follows.map((followed) => {
      const follower = personByKey.get(key);
      const followee = personByKey.get(followed);
      if (follower === undefined || followee === undefined) throw new Error(`the graph does not know ${followed}`);
      return { follower, followee };
    }),
  );
}

// Followers of the three are found among people who follow somebody anyway: the graph's other people keep an empty feed.
function pairsOfDemo(random: Random, people: readonly Person[], readers: readonly Person[]): Pair[] {
  const trio = people.filter((person) => person.isDemo);
  const posters = people.filter((person) => person.rhythm === "active" && !person.isDemo);
  return trio.flatMap((person, at) => {
    const counts = demoCounts[at] ?? { following: 0, followers: 0 };
    // People come in the order of their fame.
    const followees = drawDistinct(counts.following, () => random.pickEarly(posters, 2.5));
    const followers = drawDistinct(counts.followers, () => random.pick(readers));
    return [
      ...trio.filter((other) => other !== person).map((followee) => ({ follower: person, followee })),
      ...followees.map((followee) => ({ follower: person, followee })),
      ...followers.map((follower) => ({ follower, followee: person })),
    ];
  });
}
