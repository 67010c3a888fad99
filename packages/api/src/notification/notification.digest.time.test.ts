import { describe, expect, test } from "vitest";
import { isTimeZone, nextDigestAt } from "./notification.digest.time.ts";

const next = (
  timeZone: string,
  after: string,
  plan: { hour?: number; frequency?: "off" | "daily" | "weekly" } = {},
): string | null =>
  nextDigestAt({ frequency: "daily", hour: 9, timeZone, ...plan }, new Date(after))?.toISOString() ?? null;

/** The digests of a stretch of time, one after the other. */
function all(timeZone: string, from: string, count: number, plan: { hour: number; frequency?: "daily" | "weekly" }) {
  const dues: string[] = [];
  for (let after: string | null = from; dues.length < count && after !== null; ) {
    after = next(timeZone, after, plan);
    if (after !== null) dues.push(after);
  }
  return dues;
}

test("it is the next time that the local clock shows the hour", () => {
  expect(next("UTC", "2026-06-01T08:59:59.999Z")).toBe("2026-06-01T09:00:00.000Z");
  expect(next("UTC", "2026-06-01T09:00:00.000Z")).toBe("2026-06-02T09:00:00.000Z");
  expect(next("Asia/Kathmandu", "2026-06-01T00:00:00Z")).toBe("2026-06-01T03:15:00.000Z");
  expect(next("America/Los_Angeles", "2026-06-01T23:30:00Z")).toBe("2026-06-02T16:00:00.000Z");
  expect(next("Pacific/Kiritimati", "2026-06-01T20:00:00Z")).toBe("2026-06-02T19:00:00.000Z");
  expect(next("+05:30", "2026-06-01T00:00:00Z")).toBe("2026-06-01T03:30:00.000Z");
});

test("weekly ones come on Mondays of the local calendar", () => {
  const weekly = { frequency: "weekly" } as const;
  // A Sunday in London, already Monday in Auckland.
  expect(next("Pacific/Auckland", "2026-06-14T20:00:00Z", weekly)).toBe("2026-06-14T21:00:00.000Z");
  expect(next("Europe/London", "2026-06-14T20:00:00Z", weekly)).toBe("2026-06-15T08:00:00.000Z");
  expect(next("Europe/London", "2026-06-15T08:00:00Z", weekly)).toBe("2026-06-22T08:00:00.000Z");
  expect(next("Europe/London", "2026-06-16T08:00:00Z", weekly)).toBe("2026-06-22T08:00:00.000Z");
});

test("nothing is due where none is wanted", () => {
  expect(next("UTC", "2026-06-01T00:00:00Z", { frequency: "off" })).toBeNull();
});

describe("when the clocks change", () => {
  test("the hour stays the local one", () => {
    expect(all("Europe/Berlin", "2026-03-28T00:00:00Z", 3, { hour: 9 })).toEqual([
      "2026-03-28T08:00:00.000Z",
      "2026-03-29T07:00:00.000Z",
      "2026-03-30T07:00:00.000Z",
    ]);
  });

  test("an hour that is skipped gives way to the one after, once", () => {
    expect(all("America/New_York", "2026-03-07T12:00:00Z", 2, { hour: 2 })).toEqual([
      "2026-03-08T07:00:00.000Z",
      "2026-03-09T06:00:00.000Z",
    ]);
  });

  test("an hour that comes twice brings one digest", () => {
    expect(all("America/New_York", "2026-10-31T12:00:00Z", 2, { hour: 1 })).toEqual([
      "2026-11-01T05:00:00.000Z",
      "2026-11-02T06:00:00.000Z",
    ]);
  });

  test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"])(
    "each local day of a year in %s has one digest",
    (timeZone) => {
      const localDay = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
      for (const hour of [0, 1, 2, 3, 23]) {
        const days = all(timeZone, "2026-01-01T11:30:00Z", 366, { hour }).map((due) => localDay.format(new Date(due)));
        const first = Date.parse(days[0] ?? "");
        const expected = days.map((_, index) => new Date(first + index * 86_400_000).toISOString().slice(0, 10));
        expect(days).toEqual(expected);
      }
    },
  );
});

test("names and offsets are time zones, anything else is not", () => {
  expect(["UTC", "Europe/Berlin", "europe/berlin", "+05:45"].map(isTimeZone)).toEqual([true, true, true, true]);
  expect(["", "Mars/Olympus", "SystemV/EST5", "2026-01-01T00:00[UTC]"].some(isTimeZone)).toBe(false);
});
