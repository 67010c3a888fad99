// The one table that a run prints: what was measured, what it came to, and whether that is right.

export interface Line {
  name: string;
  value: string;
  /** Undefined: told for information. */
  isRight?: boolean;
  /** It depends on the machine and on what else it does: no matter for a test. */
  isMeasured?: true;
  /** A few of what went wrong, in words. */
  seen?: readonly string[];
}

/** A heading and its lines. */
export interface Section {
  title: string;
  lines: readonly Line[];
}

export function isAllRight(sections: readonly Section[]): boolean {
  return sections.every((section) => section.lines.every((line) => line.isRight !== false));
}

/** Prints as text, the columns aligned. */
export function renderTable(sections: readonly Section[]): string {
  const lines = sections.flatMap((section) => section.lines);
  const nameWidth = Math.max(...lines.map((line) => line.name.length));
  const valueWidth = Math.max(...lines.map((line) => line.value.length));
  const rule = "─".repeat(nameWidth + valueWidth + 6);
  return sections
    .flatMap((section) => [
      rule,
      section.title,
      rule,
      ...section.lines.flatMap((line) => renderLine(line, { nameWidth, valueWidth })),
    ])
    .concat(rule)
    .join("\n");
}

function renderLine(line: Line, widths: { nameWidth: number; valueWidth: number }): string[] {
  const mark = line.isRight === undefined ? " " : line.isRight ? "✓" : "✗";
  const text = `${mark} ${line.name.padEnd(widths.nameWidth)}  ${line.value.padStart(widths.valueWidth)}`;
  return [text, ...(line.seen ?? []).map((words) => `    ${words.replaceAll("\n", "\n    ")}`)];
}
