// How much the reports of a case weigh: pure, and tested as a table. Promises: accounts of a few days weigh next to
// nothing, however many they are; who was right before weighs more than who was wrong; one place is one voice.

/** Somebody who reported, and how their earlier reports ended. */
export interface Reporter {
  ageDays: number;
  /** Cases of the last year that led to something, and that were dismissed. */
  acted: number;
  dismissed: number;
  /** Where they call from, or who they are: equal ones are one voice. */
  place: string;
}

const newcomerDays = 7;
const grownDays = 30;
const newcomerWeight = 0.01;
/** Of all newcomers together: less than one person who is neither new nor ever was wrong. */
const newcomersWeight = 0.5;

/** 1 for somebody grown of whom nothing is known; up to 2 for who was always right, towards 0 for who never was. */
export function weighReporter({ ageDays, acted, dismissed }: Omit<Reporter, "place">): number {
  if (ageDays < newcomerDays) return newcomerWeight;
  const accuracy = (2 * (acted + 1)) / (acted + dismissed + 2);
  return accuracy * (ageDays < grownDays ? 0.5 : 1);
}

export interface Weight {
  /** Of all voices together. */
  sum: number;
  /** Voices that are neither new nor mostly wrong. */
  voices: number;
}

/** Weighs all who reported one subject: of those in one place, the heaviest alone. */
export function weighReporters(reporters: readonly Reporter[]): Weight {
  const byPlace = new Map<string, number>();
  let newcomers = 0;
  for (const reporter of reporters) {
    const weight = weighReporter(reporter);
    if (weight === newcomerWeight) newcomers += weight;
    else byPlace.set(reporter.place, Math.max(byPlace.get(reporter.place) ?? 0, weight));
  }
  const weights = [...byPlace.values()];
  return {
    sum: weights.reduce((sum, weight) => sum + weight, Math.min(newcomers, newcomersWeight)),
    voices: weights.filter((weight) => weight >= 0.5).length,
  };
}

const minVoices = 3;
const minWeight = 4.5;

/** Whether so much weight keeps a subject out of discovery until a moderator has looked. */
export function isHoldable({ sum, voices }: Weight): boolean {
  return voices >= minVoices && sum >= minWeight;
}

/** By the word that clients send; others weigh 1. */
const severities: Record<string, number> = {
  minor: 4,
  selfharm: 4,
  violence: 3,
  hate: 2,
  harassment: 2,
  nudity: 1.5,
  spam: 0.75,
};

function severityOf(reason: string): number {
  return severities[reason.toLowerCase().replace(/[^a-z]/g, "")] ?? 1;
}

/** How urgent a case is: by who reports, for what, and how many people see it. */
export function priorityOf(input: { weight: Weight; reasons: readonly string[]; reach: number }): number {
  const { weight, reasons, reach } = input;
  const severity = reasons.length === 0 ? 1 : Math.max(...reasons.map(severityOf));
  return weight.sum * severity * (1 + Math.log10(1 + Math.max(0, reach)));
}
