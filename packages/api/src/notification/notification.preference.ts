// What a person wants to be told, by which way, and of which posts no more. Stored as what differs from the defaults.
import { type Statement, statement } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { nextDigestAt } from "./notification.digest.time.ts";
import {
  type Digest,
  type NotificationType,
  notificationType,
  type PreferencesView,
  type TypePreference,
  type UpdatePreferencesInput,
} from "./notification.schema.ts";

/** Mails are for what wants an answer; the rest shows in the app and is pushed. */
export const mailedByDefault: ReadonlySet<NotificationType> = new Set<NotificationType>([
  "COMMENT",
  "REPLY",
  "MENTION",
  "FOLLOW",
  "FOLLOW_REQUEST",
]);

function defaultOf(type: NotificationType): TypePreference {
  return { inApp: true, push: true, email: mailedByDefault.has(type), from: "everyone" };
}

/** What a person wants of a type, from what is stored of it: only what differs from the defaults. */
export function completeWish(type: NotificationType, stored: Partial<TypePreference> | null): TypePreference {
  return { ...defaultOf(type), ...stored };
}

/** SQL text: the same for one way; `stored` is an expression of what is stored. */
export function wishSql(type: NotificationType, way: "inApp" | "push" | "email", stored: string): string {
  return `coalesce((${stored} ->> '${way}')::boolean, ${defaultOf(type)[way]})`;
}

const defaultDigest: Digest = { frequency: "off", hour: 9, timeZone: "UTC" };

interface PreferencesRow {
  types: Partial<Record<NotificationType, Partial<TypePreference>>>;
  frequency: Digest["frequency"];
  hour: number;
  timeZone: string;
}

const columns = `types, digest_frequency as frequency, digest_hour as hour, time_zone as "timeZone"`;

// Nobody but upsertPreferences writes them, from what the schemas of the wire have let through.
function rowOf(stored: { types: unknown; digestFrequency: string; digestHour: number; timeZone: string }) {
  const { types, digestFrequency, digestHour, timeZone } = stored;
  return { types, frequency: digestFrequency, hour: digestHour, timeZone } as PreferencesRow;
}

/** The viewer's preferences, complete. */
export async function readPreferences(deps: Pick<Deps, "db">, input: { viewerId: string }): Promise<PreferencesView> {
  const where = { userId: BigInt(input.viewerId) };
  const row = await deps.db.prisma.notificationPreferences.findUnique({ where });
  return viewOfRow(row === null ? null : rowOf(row));
}

// Each type's part is merged for itself; what is not named stays.
const upsertPreferences: Statement<PreferencesRow> = statement(
  "notification.upsertPreferences",
  `insert into notification_preferences as p (user_id, types, digest_frequency, digest_hour, time_zone)
   values ($1, $2::jsonb, coalesce($3, 'off'), coalesce($4::int, 9), coalesce($5, 'UTC'))
   on conflict (user_id) do update set
     types = (select coalesce(jsonb_object_agg(type, coalesce(p.types -> type, '{}') || coalesce($2::jsonb -> type, '{}')),
                              '{}')
              from jsonb_object_keys(p.types || $2::jsonb) as type),
     digest_frequency = coalesce($3, p.digest_frequency),
     digest_hour = coalesce($4::int, p.digest_hour),
     time_zone = coalesce($5, p.time_zone)
   returning ${columns}`,
);

const setNextDigest: Statement<never> = statement(
  "notification.setNextDigest",
  `update notification_preferences set digest_next_at = $2 where user_id = $1`,
);

/** Changes what is named and answers all; a changed digest begins at its next hour. The second time changes nothing. */
export async function updatePreferences(
  deps: Pick<Deps, "db" | "clock">,
  input: { actorId: string; changes: UpdatePreferencesInput },
): Promise<PreferencesView> {
  const { actorId, changes } = input;
  const { types, digest } = changes;
  const values = [digest?.frequency ?? null, digest?.hour ?? null, digest?.timeZone ?? null];
  const row = await deps.db.inTransaction(async (tx) => {
    const updated = await tx.one(upsertPreferences, [actorId, JSON.stringify(types ?? {}), ...values]);
    if (digest !== undefined) await tx.run(setNextDigest, [actorId, nextDigestAt(updated, deps.clock.now())]);
    return updated;
  });
  return viewOfRow(row);
}

function viewOfRow(row: PreferencesRow | null): PreferencesView {
  const types = Object.fromEntries(
    notificationType.options.map((type) => [type, completeWish(type, row?.types[type] ?? null)]),
  ) as PreferencesView["types"];
  const digest = row === null ? defaultDigest : { frequency: row.frequency, hour: row.hour, timeZone: row.timeZone };
  return { types, digest };
}

const setQuietStatement: Statement<{ isVisible: boolean }> = statement(
  "notification.setQuiet",
  `with visible as (
     select post.id from posts post join users author on author.id = post.author_id
     where post.id = $2 and ${postIsVisible({ post: "post", author: "author", viewer: "$1::bigint" })}
   ), made as (
     insert into quiet_posts (user_id, post_id) select $1, id from visible where $3 on conflict do nothing
   ), ended as (
     delete from quiet_posts using visible where user_id = $1 and post_id = visible.id and not $3
   )
   select exists (select from visible) as "isVisible"`,
);

/** Quiets a post for the actor, or ends that. Throws post.notFound. The second time changes nothing. */
export async function setQuiet(
  deps: Pick<Deps, "db">,
  input: { actorId: string; postId: string; isQuiet: boolean },
): Promise<{ isQuiet: boolean }> {
  const { isVisible } = await deps.db.sql.one(setQuietStatement, [input.actorId, input.postId, input.isQuiet]);
  if (!isVisible) throw new AppError("post.notFound");
  return { isQuiet: input.isQuiet };
}
