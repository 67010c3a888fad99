// GET /export/<signed token>: a person's data archive as a download. The token is the only permission; it expires.
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { readExport } from "../../account/account.export.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { guardDoor } from "../door.ts";

/** Registers the route. A link that is wrong, expired or replaced is 404 all the same. */
export async function exportPlugin(app: FastifyInstance, options: { deps: Deps }): Promise<void> {
  const onRequest = guardDoor(options.deps, { door: "export" });
  app.get<{ Params: { token: string } }>("/export/:token", { onRequest }, async (request, reply) => {
    const archive = await readExport(options.deps, { token: request.params.token });
    if (archive === null) return reply.code(404).send({ message: "Not found", requestId: request.id });
    return reply
      .header("content-type", archive.contentType)
      .header("content-disposition", `attachment; filename="${archive.fileName}"`)
      .header("cache-control", "private, no-store")
      .send(Readable.from(archive.content));
  });
}
