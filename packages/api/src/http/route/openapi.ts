// GET /openapi.json: the reference of the wire, for tools. Made at the first request and kept: the start waits for nothing.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../platform/process/deps.ts";
import { guardDoor } from "../door.ts";
import { writeReference } from "../reference/document.ts";
import type { LimitSettings } from "../reference/limits.ts";

/** Long enough for a page that loads it twice, short enough to see a release at once. */
const maxAgeSeconds = 60;

/** Registers the route. */
export async function openapiPlugin(app: FastifyInstance, options: { deps: Deps }): Promise<void> {
  const { config } = options.deps;
  let kept: Reference | null = null;

  app.get("/openapi.json", { onRequest: guardDoor(options.deps, { door: "reference" }) }, async (request, reply) => {
    kept ??= makeReference({ scale: config.LIMITS_SCALE, areHandlesHeld: config.REQUIRE_EMAIL_VERIFICATION });
    reply.headers({
      "content-type": "application/json; charset=utf-8",
      "cache-control": `public, max-age=${maxAgeSeconds}`,
      vary: "accept-encoding",
      etag: kept.etag,
    });
    if (request.headers["if-none-match"]?.includes(kept.etag)) return reply.code(304).send();
    if (!takesGzip(String(request.headers["accept-encoding"]))) return reply.send(kept.plain);
    return reply.header("content-encoding", "gzip").send(kept.zipped);
  });
}

/** Whether gzip is named, and not only to refuse it. */
function takesGzip(accepted: string): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted);
}

interface Reference {
  plain: Buffer;
  zipped: Buffer;
  etag: string;
}

function makeReference(limits: LimitSettings): Reference {
  const plain = Buffer.from(JSON.stringify(writeReference({ limits })));
  const hash = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  // Weak: the same in either encoding.
  return { plain, zipped: gzipSync(plain, { level: 9 }), etag: `W/"${hash}"` };
}
