// Inside one of two builds that are measured against each other: the build says what it can measure, and measures only
// when the comparing process gives it the turn. Copied into the other build, so it imports nothing.

/** From a build to the process that compares. */
export type BuildReport =
  | { type: "phase"; names: string[] }
  | { type: "sample"; sample: object }
  | { type: "rate"; perSecond: number }
  | { type: "done"; report: { rows: Row[]; figures?: Row }; settings: object; node: string }
  | { type: "failed"; message: string };

/** From the process that compares to a build. */
export type BuildOrder =
  | { type: "measure"; name: string; isWarmUp: boolean }
  | { type: "rate"; perSecond: number }
  | { type: "phaseOver" };

export type Row = Record<string, string | number>;

/** Set in the environment of a build that waits for its turns. */
export const turnsVariable = "PIXORA_BENCH_TURNS";

export function isInTurns(): boolean {
  return process.env[turnsVariable] === "1";
}

/** The sides that are no build of Pixora: lower bounds, which are not measured in a comparison of builds. */
export const lowerBound = /\bbare\b|^one statement|^batcher/;

/** The channel to the comparing process, which is that of this process to the one that started it. */
export interface Channel {
  send?(report: BuildReport): unknown;
  once(event: "message", hear: (order: BuildOrder) => void): unknown;
}

export function tell(report: BuildReport, channel: Channel = process): void {
  channel.send?.(report);
}

function hearOrder(channel: Channel): Promise<BuildOrder> {
  return new Promise((resolve) => channel.once("message", resolve));
}

/** Measures Pixora's sides as the orders say, until the phase is over. Lower bounds have no samples afterwards. */
export async function measureInTurns<T extends { name: string }, S>(
  sides: readonly T[],
  measure: (side: T) => Promise<S>,
  channel: Channel = process,
): Promise<Map<string, S[]>> {
  const ours = new Map(sides.filter((side) => !lowerBound.test(side.name)).map((side) => [side.name, side]));
  const samples = new Map<string, S[]>([...ours.keys()].map((name) => [name, []]));
  tell({ type: "phase", names: [...ours.keys()] }, channel);
  for (;;) {
    const order = await hearOrder(channel);
    if (order.type === "phaseOver") return samples;
    const side = order.type === "measure" ? ours.get(order.name) : undefined;
    if (order.type !== "measure" || side === undefined) throw new Error(`no such turn: ${JSON.stringify(order)}`);
    const sample = await measure(side);
    if (!order.isWarmUp) samples.get(order.name)?.push(sample);
    tell({ type: "sample", sample: sample as object }, channel);
  }
}

/** The rate at which both builds are asked in this turn: that of the build which was asked first. */
export async function agreeOnRate(perSecond: number, channel: Channel = process): Promise<number> {
  tell({ type: "rate", perSecond }, channel);
  const order = await hearOrder(channel);
  if (order.type !== "rate") throw new Error(`no rate came: ${JSON.stringify(order)}`);
  return order.perSecond;
}
