/// <reference lib="esnext.temporal" />
// When a person's next digest is due: at their hour in their time zone, each day or each Monday. Pure.
// Promise: one a local day or week, whatever the clocks do. An hour that is skipped in spring gives way to the moment
// after the gap; of an hour that comes twice in autumn, the first counts.

interface DigestPlan {
  frequency: "off" | "daily" | "weekly";
  /** 0 to 23, of the local day. */
  hour: number;
  timeZone: string;
}

/** Whether this names a time zone, or an offset from UTC. */
export function isTimeZone(name: string): boolean {
  try {
    // Either knows names that the other does not.
    new Intl.DateTimeFormat("en", { timeZone: name });
    return isZoneOfCalendar(name);
  } catch {
    return false;
  }
}

function isZoneOfCalendar(name: string): boolean {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The first moment after `after` at which a digest is due; null where none is wanted. */
export function nextDigestAt(plan: DigestPlan, after: Date): Date | null {
  if (plan.frequency === "off") return null;
  // A zone that a former release knew must not stop everybody's digests.
  const timeZone = isZoneOfCalendar(plan.timeZone) ? plan.timeZone : "UTC";
  const isWeekly = plan.frequency === "weekly";
  const plainTime = new Temporal.PlainTime(plan.hour);
  let day = Temporal.Instant.fromEpochMilliseconds(after.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  if (isWeekly) day = day.add({ days: (8 - day.dayOfWeek) % 7 });
  for (;;) {
    const dueAtMs = day.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
    if (dueAtMs > after.getTime()) return new Date(dueAtMs);
    day = day.add({ days: isWeekly ? 7 : 1 });
  }
}
