// Moments as people say them. Pure: the caller says what time it is.
const dayMs = 86_400_000;
const steps = [
  { unit: "day", ms: dayMs },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
] as const;

const short = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const dayOfYear = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", year: "numeric" });
const clock = new Intl.DateTimeFormat("en", { timeStyle: "short" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" });

/** "now", "5m", "3h", "6d", then the date. */
export function sayAge(iso: string, nowMs: number): string {
  const date = new Date(iso);
  const ageMs = nowMs - date.getTime();
  if (ageMs >= 7 * dayMs) {
    return date.getFullYear() === new Date(nowMs).getFullYear() ? dayOfYear.format(date) : day.format(date);
  }
  const step = steps.find(({ ms }) => ageMs >= ms);
  if (step === undefined) return "now";
  const parts = short.formatToParts(-Math.floor(ageMs / step.ms), step.unit);
  return parts
    .map(({ value }) => value)
    .join("")
    .replace(/\s*ago$/, "");
}

/** The whole moment, as in "Tuesday, December 1, 2026 at 2:34 AM". */
export function sayMoment(iso: string): string {
  return moment.format(new Date(iso));
}

/** "Dec 1, 2026". */
export function sayDay(iso: string): string {
  return day.format(new Date(iso));
}

/** "2:34 AM". */
export function sayTime(iso: string): string {
  return clock.format(new Date(iso));
}
