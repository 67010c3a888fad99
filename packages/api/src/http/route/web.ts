// The web app, where one is built: its files from WEB_DIR, and its one page for every address that a person may open.
// Promises: what the API and the pictures answer at their own paths stays theirs, also when they find nothing there.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServerConfig } from "../../platform/process/config.ts";
import { bucketOriginOf } from "../../platform/storage/storage.open.ts";

/** Where the API, the pictures and signed links live: a page is no answer there. */
const notPages = /^\/(?:trpc|media|export|healthz|readyz|openapi\.json|unsubscribe)(?:[/?]|$)/;
const keptForYear = "public, max-age=31536000, immutable";

/** Registers the app. `WEB_DIR` must hold a built one: checked before the server listens. */
export async function webPlugin(app: FastifyInstance, options: { config: ServerConfig; dir: string }): Promise<void> {
  const root = resolve(options.dir);
  if (!existsSync(join(root, "index.html"))) throw new Error(`WEB_DIR has no index.html: ${root}`);
  const policy = writePolicy(options.config);
  const files = new Set(
    readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : [])),
  );

  const assets = join(root, "assets");
  await app.register(fastifyStatic, {
    root: assets,
    prefix: "/assets/",
    preCompressed: true,
    cacheControl: false,
    // The names of assets change with their content; the others are asked for anew each time.
    setHeaders: (reply, path) => reply.header("cache-control", path.startsWith(assets) ? keptForYear : "no-cache"),
  });

  function sendPage(reply: FastifyReply): FastifyReply {
    reply.headers({ "content-security-policy": policy, "referrer-policy": "strict-origin-when-cross-origin" });
    return reply.sendFile("index.html", root);
  }

  app.get("/*", (request, reply) => {
    if (notPages.test(request.url)) return reply.callNotFound();
    const [path = ""] = request.url.split("?", 1);
    const name = path.slice(1);
    if (name !== "index.html" && files.has(name)) return reply.sendFile(name, root);
    return asksForPage(request) ? sendPage(reply) : reply.callNotFound();
  });
}

/** A browser that opens an address says so; a script or a picture that is missing must not be answered with a page. */
function asksForPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes("text/html") === true;
}

/** What the app's page may load: itself, and pictures from wherever this server keeps them. */
function writePolicy(config: ServerConfig): string {
  const stores = [new URL(config.PUBLIC_URL).origin, bucketOriginOf(config)].filter((origin) => origin !== null);
  const elsewhere = [...new Set(stores)].join(" ");
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob: ${elsewhere}`,
    `connect-src 'self' ws: wss: ${elsewhere}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
