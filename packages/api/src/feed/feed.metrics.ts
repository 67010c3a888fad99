// What operators watch of the home feed: how many pages windows served, and how many had to come from SQL.
import { Counter, type Registry } from "prom-client";
import type { Deps } from "../platform/process/deps.ts";
import { servedPagesOf } from "./feed.service.ts";

/** Adds the feed's counters to a process's registry. */
export function watchFeed(registry: Registry, deps: Deps): void {
  new Counter({
    name: "pixora_feed_pages_total",
    help: "Pages of the home feed, by where they came from",
    labelNames: ["source"],
    registers: [registry],
    collect() {
      const { fromWindow, fromSql } = servedPagesOf(deps);
      this.reset();
      this.inc({ source: "window" }, fromWindow);
      this.inc({ source: "sql" }, fromSql);
    },
  });
}
