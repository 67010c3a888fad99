// What a process and those it has started hold in memory, watched from outside. Linux only.
import { readdirSync, readFileSync } from "node:fs";

const sampleMs = 20;

/** Bytes held by a process and its children, with what they share counted once. */
export function familyBytes(pid: number): number {
  let bytes = 0;
  for (const name of readdirSync("/proc")) {
    if (name === String(pid) || parentOf(name) === pid) bytes += proportionalBytes(name);
  }
  return bytes;
}

function parentOf(pid: string): number {
  if (!/^\d+$/.test(pid)) return 0;
  return Number(read(`/proc/${pid}/stat`).split(") ").pop()?.split(" ")[1]);
}

function proportionalBytes(pid: string): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0;
  return Number(kilobytes) * 1_024;
}

/** Nothing where the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Looks again and again until `end`, which answers the most that was seen. */
export function watchMemory(pid: number): { end(): { peakBytes: number } } {
  let peakBytes = familyBytes(pid);
  const look = () => {
    peakBytes = Math.max(peakBytes, familyBytes(pid));
  };
  const timer = setInterval(look, sampleMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return { peakBytes };
    },
  };
}
