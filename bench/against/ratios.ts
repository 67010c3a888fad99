// Ratios of two builds from the samples of their turns. Pure. A figure that one side did not measure has no ratio.
import { median, pairedRatio } from "../harness/stats.ts";

export interface Comparison {
  /** What was measured: the side of the workload, and the figure's path in its sample. */
  side: string;
  figure: string;
  /** Medians over the rounds. */
  present: number;
  ref: number;
  /** present / ref: the median of the rounds' ratios, and the least and the largest of them. */
  ratio: number;
  least: number;
  largest: number;
  /** Rounds in which both measured the figure, and not 0 in the ref. */
  rounds: number;
}

/** All numbers of a sample, by their path: { cpuUs: { node: 1 } } is { "cpuUs.node": 1 }. Other values are left out. */
export function flattenSample(sample: object, path = ""): Map<string, number> {
  const figures = new Map<string, number>();
  for (const [key, value] of Object.entries(sample)) {
    if (typeof value === "number") figures.set(`${path}${key}`, value);
    else if (typeof value === "object" && value !== null) {
      for (const [inner, number] of flattenSample(value, `${path}${key}.`)) figures.set(inner, number);
    }
  }
  return figures;
}

/** Compares the samples of one side; round n of one build is held against round n of the other. */
export function compareSamples(side: string, present: readonly object[], ref: readonly object[]): Comparison[] {
  const [ours, theirs] = [present.map((one) => flattenSample(one)), ref.map((one) => flattenSample(one))];
  const names = [...new Set(ours.flatMap((figures) => [...figures.keys()]))];
  return names.flatMap((figure): Comparison[] => {
    const pairs = ours.flatMap((figures, round): [number, number][] => {
      const [one, other] = [figures.get(figure), theirs[round]?.get(figure)];
      return Number.isFinite(one) && Number.isFinite(other) ? [[one as number, other as number]] : [];
    });
    if (pairs.length === 0) return [];
    const divisible = pairs.filter(([, other]) => other !== 0);
    const ratios = divisible.map(([one, other]) => one / other);
    const comparison = {
      ...{ side, figure },
      present: median(pairs.map(([one]) => one)),
      ref: median(pairs.map(([, other]) => other)),
      ratio: pairedRatio(
        divisible.map(([one]) => one),
        divisible.map(([, other]) => other),
      ),
      least: ratios.length === 0 ? Number.NaN : Math.min(...ratios),
      largest: ratios.length === 0 ? Number.NaN : Math.max(...ratios),
      rounds: ratios.length,
    };
    return [comparison];
  });
}

type Row = Record<string, string | number>;

/** Names a report's row by its texts, such as "pixora closed". A rate in a name is the build's own and is left out. */
function nameRow(row: Row): string {
  const texts = Object.values(row).filter((value) => typeof value === "string");
  return texts.map((text) => text.replace(/^open \d+\/s$/, "open")).join(" ");
}

/**
 * Compares what two builds report at their end: figures that were read once, or are medians over rounds already. Rows are
 * matched by their texts; what only one has, or is no number (a lower bound, not measured here), is left out.
 */
export function compareReports(present: readonly Row[], ref: readonly Row[]): Comparison[] {
  const others = new Map(ref.map((row) => [nameRow(row), row]));
  return present.flatMap((row) => {
    const other = others.get(nameRow(row));
    return other === undefined ? [] : compareSamples(nameRow(row), [row], [other]);
  });
}
