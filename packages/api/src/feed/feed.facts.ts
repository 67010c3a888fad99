// The facts that the feed's windows depend on, each with the job that makes the windows agree with it.
import { consequences, type FactJobName, type FactName } from "@pixora/jobs";

const jobs: readonly FactJobName[] = ["feed.pushPosts", "feed.dropWindows"];

/** The jobs of the feed. */
export const feedJobs: readonly string[] = jobs;

/** Every fact that one of the feed's jobs takes, with that job. */
export const feedFacts: readonly (readonly [FactName, FactJobName])[] = Object.entries(consequences).flatMap(
  ([fact, caused]: [string, readonly FactJobName[]]) =>
    caused.filter((job) => jobs.includes(job)).map((job) => [fact as FactName, job] as const),
);

/** These only take posts out of feeds, and a page leaves those out by itself: nobody has to wait for the job. */
const takingAway: ReadonlySet<FactName> = new Set<FactName>(["follow.deleted", "block.created", "mute.created"]);

/** The facts that add posts to feeds: until their jobs are done, windows lack something. */
export const awaitedFacts = feedFacts.filter(([fact]) => !takingAway.has(fact));
