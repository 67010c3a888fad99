// CPU time that processes have used, from /proc: what a request costs, whoever pays for it. Linux only.
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of /proc/<pid>/stat: USER_HZ, 100 a second on every Linux that Node runs on. */
const usPerTick = 10_000;

interface Stat {
  parentPid: number;
  ownTicks: number;
  /** Of children that have ended and were waited for, with theirs. */
  endedTicks: number;
}

function readStat(pid: number | string): Stat | null {
  try {
    // The name (field 2) may hold spaces and brackets, so fields are counted after its last bracket, from field 3 on.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop()?.split(" ") ?? [];
    const ticks = (field: number) => Number(fields[field - 3]);
    return { parentPid: ticks(4), ownTicks: ticks(14) + ticks(15), endedTicks: ticks(16) + ticks(17) };
  } catch {
    return null; // It ended between the listing and the look.
  }
}

/** CPU microseconds of one process since its start, its threads included, its children not. */
export function processCpuUs(pid: number): number {
  return (readStat(pid)?.ownTicks ?? 0) * usPerTick;
}

/** CPU microseconds of a process and all children it has or had: for PostgreSQL, of the postmaster and every backend. */
export function familyCpuUs(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== null && (Number(name) === pid || stat.parentPid === pid)) ticks += stat.ownTicks + stat.endedTicks;
  }
  return ticks * usPerTick;
}

/** CPU microseconds a part has used, by its name: "node", "redis", "postgres". */
export type CpuReading = Record<string, number>;

export function cpuBetween(before: CpuReading, after: CpuReading): CpuReading {
  return Object.fromEntries(Object.entries(after).map(([part, us]) => [part, us - (before[part] ?? 0)]));
}
