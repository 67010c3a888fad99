// The real part of the demo data: who follows whom, and what people call themselves, as npm `nostr-social-graph` ships it.
import { readFileSync } from "node:fs";
import { SocialGraph } from "nostr-social-graph";
import { z } from "zod";

export interface GraphPerson {
  /** Public key, in hex: the person's name in the graph. */
  key: string;
  /** What they call themselves, as written; null for those without a profile. */
  name: string | null;
  /** The local part of their verified address, where they have one: often a short latin name. */
  nick: string | null;
  /** Keys of those they follow, in the order of their list. */
  follows: string[];
  followerCount: number;
}

// The account that the package's own snapshot was crawled from: everyone in it is within reach of this one.
const rootKey = "4523be58d395b1b196a9b8c82b038b6895cb02b683d0c253a955068dba1facd0";

const profiles = z.array(z.tuple([z.string(), z.string()]).rest(z.string()));

/** Reads the graph: everyone in it, the most followed first. */
export async function readGraph(): Promise<GraphPerson[]> {
  const graph = await SocialGraph.fromBinary(rootKey, readFileSync(packageFile("data/socialGraph.bin")));
  const rows = profiles.parse(JSON.parse(readFileSync(packageFile("data/profileData.json"), "utf8")));
  const profileByKey = new Map(rows.map(([key, name, nick]) => [key, { name, nick }]));
  const people: GraphPerson[] = [];
  for (const key of graph.userIterator()) {
    const profile = profileByKey.get(key);
    people.push({
      key,
      name: profile?.name || null,
      nick: profile?.nick || null,
      follows: [...graph.getFollowedByUser(key)],
      followerCount: graph.followerCount(key),
    });
  }
  // The key decides among equals, so that the order is the same wherever the package's own order may change.
  return people.sort((a, b) => b.followerCount - a.followerCount || (a.key < b.key ? -1 : 1));
}

function packageFile(path: string): URL {
  return new URL(path, import.meta.resolve("nostr-social-graph/package.json"));
}
