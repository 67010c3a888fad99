// The options of `npm run faults`, with what a full run takes.
import { parseArgs } from "node:util";

const meanings = {
  seed: "which faults come, in which order",
  people: "people, each with two devices that listen",
  rate: "calls a second",
  rounds: "how often each kind of fault comes; 0: none",
  restarts: "rolling restarts of servers and of workers; 0: none",
  listeners: "listeners on one server, of which one stalls; 0: none",
} as const;

export type FaultsOptions = Record<keyof typeof meanings, number> & {
  /** Nothing but the attack of strangers: `npm run faults -- strangers`. */
  isStrangersOnly: boolean;
};

const defaults: Omit<FaultsOptions, "isStrangersOnly"> = {
  seed: 1,
  people: 100,
  rate: 30,
  rounds: 4,
  restarts: 20,
  listeners: 1_000,
};

/** Reads the command line. Throws with a readable list where something is not a whole number. */
export function readOptions(args: readonly string[]): FaultsOptions {
  const names = Object.keys(meanings) as (keyof typeof meanings)[];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const isStrangersOnly = positionals.length === 1 && positionals[0] === "strangers";
  if (positionals.length > 0 && !isStrangersOnly) throw new Error(describeOptions());
  const read = { ...defaults };
  for (const name of names) {
    if (values[name] !== undefined) read[name] = Number(values[name]);
    if (!Number.isInteger(read[name]) || read[name] < 0) throw new Error(describeOptions());
  }
  return { ...read, isStrangersOnly };
}

function describeOptions(): string {
  const lines = Object.entries(meanings).map(([name, meaning]) => `  --${name} <whole number>  ${meaning}`);
  return `usage: npm run faults -- [strangers] [options]\n${lines.join("\n")}`;
}
