// The results that are kept, and the tables made of them: all claims in docs/BENCH.md, the headlines in README.md.
// Promise: a figure in either comes from a file of bench/results, which is the last line that its workload printed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "../scripts/services/bootstrap.mjs";
import type { Claim } from "./harness/report.ts";

/** The part of a result that the tables show. */
interface Result {
  workload: string;
  startedAt: string;
  machine: { cpu: string; cores: number; node: string };
  claims: (Claim & { holds: boolean })[];
}

const resultsDir = join(rootDir, "bench/results");

/** What README shows, by workload: claims whose text begins so. */
const headlines: [workload: string, claim: string, says: string][] = [
  ["feed-warm", "throughput", "home feed, warm: requests/s, of the lower bound's"],
  ["feed-warm", "p99", "home feed, warm: p99 at half of its maximum, times the lower bound's"],
  ["feed-cold", "miss and rebuild", "home feed, cold: PostgreSQL's CPU, times the lower bound's"],
  ["feed-redis-down", "failed calls", "home feed while Redis stops: failed calls"],
  ["fanout", "ms until", "a post is in the feeds of 100,000 followers, ms"],
  ["fanout", "us of Redis + worker a follower, 100000", "the same: Redis' and worker's CPU a follower, µs"],
  ["like-hot", "likes/s, times one statement", "likes on one post: times one statement a like"],
  ["comments-deep", "newest", "comments, 900,000 deep: p50, times that of page 1"],
  ["like-to-notification", "p50", "like to live notification at 1,000/s: p50, ms"],
  ["like-to-notification", "p99", "like to live notification at 1,000/s: p99, ms"],
  ["live-fanout", "onEvent, 5000: CPU", "5,000 live streams: server CPU an event, times bare ws"],
  ["live-fanout", "onEvent, 5000: live heap", "the same: live heap a connection, times bare ws"],
  ["live-fanout", "onPost, 5000: CPU", "5,000 viewers of one post: server CPU an event, times bare ws"],
  ["media", "", "pictures/s, of a bare sharp loop's"],
];

/** Keeps a result, in the place of the one before. */
export function keepResult(result: { workload: string }): void {
  mkdirSync(resultsDir, { recursive: true });
  writeFileSync(join(resultsDir, `${result.workload}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

function readResults(): Result[] {
  return readdirSync(resultsDir)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(resultsDir, name), "utf8")) as Result);
}

function shown(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function wanted({ atLeast, atMost }: Claim): string {
  return atLeast === undefined ? `at most ${shown(atMost ?? 0)}` : `at least ${shown(atLeast)}`;
}

function tableOf(head: string[], rows: string[][]): string {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function allClaims(results: readonly Result[]): string {
  const rows = results.flatMap(({ workload, claims }) =>
    claims.map((claim) => [workload, claim.what, shown(claim.value), wanted(claim), claim.holds ? "yes" : "**no**"]),
  );
  return tableOf(["workload", "what", "measured", "aim", "holds"], rows);
}

function headClaims(results: readonly Result[]): string {
  const rows = headlines.flatMap(([workload, start, says]) => {
    const claims = results.find((result) => result.workload === workload)?.claims ?? [];
    const claim = claims.find(({ what }) => what.startsWith(start));
    return claim === undefined ? [] : [[says, shown(claim.value), wanted(claim)]];
  });
  return tableOf(["what", "measured", "aim"], rows);
}

function describeRuns(results: readonly Result[]): string {
  const machines = new Set(
    results.map(({ machine }) => `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`),
  );
  const days = results.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  return `Measured on ${[...machines].join("; ")}, everything on one machine, ${[...new Set(days)].join(", ")}.`;
}

/** Writes a text between a page's marks. Throws where a page has none. */
function putBetweenMarks(page: string, text: string): void {
  const path = join(rootDir, page);
  const [start, end] = ["<!-- bench -->", "<!-- /bench -->"];
  const whole = readFileSync(path, "utf8");
  const [from, to] = [whole.indexOf(start), whole.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${page} has no place for the figures`);
  writeFileSync(path, `${whole.slice(0, from + start.length)}\n\n${text}\n\n${whole.slice(to)}`);
}

/** Makes the tables of README.md and docs/BENCH.md anew from the results that are kept. */
export function writeTables(): void {
  const results = readResults();
  putBetweenMarks("README.md", headClaims(results));
  putBetweenMarks("docs/BENCH.md", `${describeRuns(results)}\n\n${allClaims(results)}`);
}
