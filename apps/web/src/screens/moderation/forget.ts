// What is asked anew once something was taken, decided, answered or taken back: by oneself, or by another moderator.
import type { QueryClient } from "@tanstack/react-query";
import { px } from "../../app/data.ts";

const { cases, reports, log } = px.moderation;

/** Asks for the lists anew: those on screen now, the others when they are opened. */
export async function forgetLists(client: QueryClient): Promise<void> {
  await Promise.all(
    [cases, reports, log].map(async (list) => {
      const queryKey = list.pathKey();
      client.removeQueries({ queryKey, type: "inactive" });
      await client.invalidateQueries({ queryKey });
    }),
  );
}

/** The same with every case, of which one may be an appeal against a decision of another. */
export async function forgetAll(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: px.moderation.case.pathKey() }), forgetLists(client)]);
}
