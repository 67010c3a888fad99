// `npm run audit`: asks the registry for published weaknesses of what is deployed, by pnpm's own audit. Fails on a high or
// critical one; says so, and passes, where no registry answers the question, since a build must work without a network.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const FAILING = ["high", "critical"];

/**
 * What an answer of `pnpm audit --json` says: { isAnswered, failing, others }, the latter lists of lines. What is no such
 * answer (no network, a registry without the endpoint) is not answered.
 */
export function readAudit(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return { isAnswered: false, failing: [], others: [] };
  }
  if (typeof answer?.metadata !== "object") return { isAnswered: false, failing: [], others: [] };
  const advisories = Object.values(answer.advisories ?? {});
  const describe = ({ module_name, severity, title, url }) => `${severity} ${module_name}: ${title} (${url})`;
  return {
    isAnswered: true,
    failing: advisories.filter(({ severity }) => FAILING.includes(severity)).map(describe),
    others: advisories.filter(({ severity }) => !FAILING.includes(severity)).map(describe),
  };
}

function main() {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const run = spawnSync("npx", ["-y", "pnpm@12.21.0", "audit", "--prod", "--json"], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  const { isAnswered, failing, others } = readAudit(run.stdout ?? "");
  for (const line of [...failing, ...others]) process.stdout.write(`  ${line}\n`);
  const verdict = isAnswered
    ? `${failing.length} that matter, ${others.length} others`
    : "not asked: no registry answers";
  process.stdout.write(`known weaknesses: ${verdict}\n`);
  process.exitCode = failing.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
