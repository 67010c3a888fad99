// What operators watch of posts: how often their bodies were found in this process's cache.
import { Counter, type Registry } from "prom-client";
import type { Deps } from "../platform/process/deps.ts";
import { countBodyLookups } from "./post.cache.ts";

/** Adds the counters of the cache of bodies to a process's registry. */
export function watchPosts(registry: Registry, deps: Pick<Deps, "db">): void {
  new Counter({
    name: "pixora_post_bodies_total",
    help: "Bodies of posts that pages asked for, by whether the cache had them",
    labelNames: ["outcome"],
    registers: [registry],
    collect() {
      const { hits, misses } = countBodyLookups(deps);
      this.reset();
      this.inc({ outcome: "hit" }, hits);
      this.inc({ outcome: "miss" }, misses);
    },
  });
}
