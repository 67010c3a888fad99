// How the queue stands, live; the lists below are asked anew when that has changed.
import { useStream } from "@pixora/client/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { px } from "../../app/data.ts";
import type { QueueEvent } from "../../app/types.ts";
import { Time } from "../../parts/time.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { forgetLists } from "./forget.ts";
import css from "./moderation.module.css";

const say = moderationWords.counts;

export function QueueCounts() {
  const client = useQueryClient();
  const [counts, setCounts] = useState<QueueEvent | null>(null);
  useStream(px.live.onQueue.streamOptions(), {
    onData(event) {
      // The first one tells nothing that the lists do not know.
      if (counts !== null) void forgetLists(client);
      setCounts(event);
    },
    // Who is no moderator any more sees nothing of this.
    onError: () => void client.invalidateQueries({ queryKey: px.user.me.pathKey() }),
  });
  const none = say.none;
  return (
    <dl className={css.counts} aria-label={say.label}>
      {(["open", "appeals", "leased", "mine"] as const).map((name) => (
        <div key={name}>
          <dt>{say[name]}</dt>
          <dd>{counts?.[name] ?? none}</dd>
        </div>
      ))}
      <div>
        <dt>{say.oldest}</dt>
        <dd>{counts?.oldestAt ? <Time at={counts.oldestAt} /> : none}</dd>
      </div>
    </dl>
  );
}
