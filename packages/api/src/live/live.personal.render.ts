// Log entries as events, at the moment they are sent: with the counts of now, and a notification as its receiver may
// see it now. Promise: one that cannot be seen any more comes as removed, so that every entry is one event.
import { z } from "zod";
import type { DecisionView } from "../decision/decision.schema.ts";
import { presentDecisions } from "../decision/decision.view.ts";
import { presentMedia } from "../media/media.view.ts";
import { markedView, type NotificationView } from "../notification/notification.schema.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Counts } from "../user/user.schema.ts";
import type { LogEntry } from "./live.personal.read.ts";
import type { PersonalEvent } from "./live.schema.ts";

/** Entries of one person, with their counts. */
export interface EntriesToRender {
  entries: readonly LogEntry[];
  counts: Counts;
}

const entry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("notification.created"), payload: z.object({ id: z.string() }) }),
  z.object({ type: z.literal("notification.removed"), payload: z.object({ ids: z.array(z.string()) }) }),
  z.object({ type: z.literal("notification.read"), payload: z.object({ marked: markedView }) }),
  z.object({ type: z.literal("notification.seen"), payload: z.object({ upToId: z.string() }) }),
  z.object({ type: z.enum(["media.ready", "media.failed"]), payload: z.object({ mediaId: z.string() }) }),
  z.object({
    type: z.enum(["moderation.decided", "appeal.decided"]),
    payload: z.object({ decisionId: z.string() }),
  }),
]);
type KnownEntry = z.infer<typeof entry>;

/** Renders the entries of many people with at most one query a kind; the events stand where their entries stood. */
export async function renderEntries(
  deps: Pick<Deps, "db" | "storage" | "clock">,
  lists: readonly EntriesToRender[],
): Promise<{ seq: string; event: PersonalEvent }[][]> {
  const parsed = lists.map(({ entries, counts }) =>
    entries.map((entry) => ({ entry, counts, known: readEntry(entry) })),
  );
  const mediaIds = parsed.flat().flatMap(({ known }) => ("mediaId" in known.payload ? [known.payload.mediaId] : []));
  const decisionIds = parsed
    .flat()
    .flatMap(({ known }) => ("decisionId" in known.payload ? [known.payload.decisionId] : []));
  const [media, decisions] = await Promise.all([
    presentMedia(deps, { ids: mediaIds }),
    presentDecisions(deps, { ids: decisionIds }),
  ]);
  const decisionOf = new Map(decisions.map((decision) => [decision.id, decision]));
  return parsed.map((list) =>
    list.map(({ entry: { seq, notification }, counts, known }) => ({
      seq,
      event: eventOf(known, { counts, notification, media, decisionOf }),
    })),
  );
}

// An entry of a newer release cannot be told here; its number must not be missing, so it becomes one that changes nothing.
function readEntry(raw: LogEntry): KnownEntry {
  const parsed = entry.safeParse(raw);
  return parsed.success ? parsed.data : { type: "notification.removed", payload: { ids: [] } };
}

interface Shown {
  counts: Counts;
  notification: NotificationView | null;
  media: Awaited<ReturnType<typeof presentMedia>>;
  decisionOf: ReadonlyMap<string, DecisionView>;
}

function eventOf(known: KnownEntry, { counts, notification, media, decisionOf }: Shown): PersonalEvent {
  switch (known.type) {
    case "notification.created":
      return notification === null
        ? { type: "notification.removed", ids: [known.payload.id], counts }
        : { type: "notification.created", notification, counts };
    case "notification.removed":
      return { type: known.type, ids: known.payload.ids, counts };
    case "notification.read":
      return { type: known.type, marked: known.payload.marked, counts };
    case "notification.seen":
      return { type: known.type, upToId: known.payload.upToId, counts };
    case "moderation.decided":
    case "appeal.decided": {
      const decision = decisionOf.get(known.payload.decisionId);
      return decision === undefined
        ? { type: "notification.removed", ids: [], counts }
        : { type: known.type, decision };
    }
    case "media.ready":
    case "media.failed": {
      const view = media.get(known.payload.mediaId);
      return view === undefined ? { type: "notification.removed", ids: [], counts } : { type: known.type, media: view };
    }
  }
}
