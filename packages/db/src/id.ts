// Ids: 64-bit, time-ordered, made by PostgreSQL (next_id()); here is their arithmetic for cursors, seeds and tests.
// 41 bits of milliseconds since the epoch, 10 bits shard, 12 bits sequence: the split Snowflake published
// (github.com/twitter-archive/snowflake), made inside the database as Instagram described in "Sharding & IDs at Instagram".

/** 2024-01-01T00:00:00Z in milliseconds; the same number stands in the migration that makes next_id(). */
export const idEpochMs = 1_704_067_200_000;

const lowBits = 22n;

/** The smallest id of an instant. Ids before the epoch are not possible: throws a RangeError. */
export function idAt(instant: Date): bigint {
  const ms = instant.getTime() - idEpochMs;
  if (!(ms >= 0)) throw new RangeError("ids start at 2024-01-01T00:00:00Z");
  return BigInt(ms) << lowBits;
}

/** The instant, to the millisecond, at which an id was made. */
export function instantOfId(id: bigint): Date {
  return new Date(Number(id >> lowBits) + idEpochMs);
}

/** The largest id: above every one that is made. As text, since that is how ids travel. */
export const maxId = "9223372036854775807";

/** How an id is written: in decimal, without zeros in front. What fits no 64-bit column matches too: `isId` is exact. */
export const idPattern = /^[1-9]\d{0,18}$/;

/** Whether a text is an id that a column can hold. */
export function isId(text: string): boolean {
  // Of equal length, digits order as numbers do.
  return idPattern.test(text) && (text.length < maxId.length || text <= maxId);
}
