// The Range header, one range at a time (RFC 9110 §14): several at once, and what is no range, mean the whole file.
import type { ByteRange } from "../../platform/storage/storage.ts";

/** The part of a file that a header asks for; null for all of it. */
export function parseByteRange(header: string | undefined, byteSize: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null) return null;
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), byteSize);
    return length === 0 ? "unsatisfiable" : { start: byteSize - length, end: byteSize - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return null;
  if (start >= byteSize) return "unsatisfiable";
  return { start, end: last === "" ? byteSize - 1 : Math.min(Number(last), byteSize - 1) };
}
