// `/media`: uploads and pictures, where the storage is our own disk. Promises: bodies are read only for a good token and
// never beyond what it permits; answers are pictures of a fixed type, cacheable for as long as their URL is good.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { findServedFile, receiveUpload, type ServedFile, type UploadResult } from "../../media/media.serve.ts";
import { maxUploadBytes } from "../../media/media.type.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { signedUrlLifeMs } from "../../platform/storage/storage.ts";
import { guardDoor } from "../door.ts";
import { parseByteRange } from "./byte-range.ts";

const refusals = {
  notPermitted: [403, "This upload is not permitted, or no longer"],
  wrongType: [403, "The file is not of the type that was announced"],
  wrongSize: [403, "The file is not of the size that was announced"],
  tooMuch: [429, "Too much was sent: try again later"],
  exists: [412, "This picture was uploaded already"],
} as const satisfies Record<Exclude<UploadResult, "stored">, readonly [number, string]>;

const yearSeconds = 31_536_000;
/** A browser keeps what its owner has seen; a cache of many must ask again, since an account may become private. */
const sharedSeconds = signedUrlLifeMs / 1_000;
/** The largest file over a slow network. */
const uploadTimeoutMs = 300_000;

/** Registers the routes; nothing where the store serves its files itself. */
export async function mediaPlugin(app: FastifyInstance, options: { deps: Deps }): Promise<void> {
  const { deps } = options;
  if (deps.storage.local === null) return;
  // Here a body is a file: it is streamed to its place, whatever it says it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));

  app.put<{ Querystring: Record<string, unknown> }>(
    "/media/upload",
    {
      onRequest: guardDoor(deps, { door: "upload" }),
      bodyLimit: maxUploadBytes,
      config: { bodyTimeoutMs: uploadTimeoutMs },
    },
    async (request, reply) => {
      const length = request.headers["content-length"];
      const result = await receiveUpload(deps, {
        token: textOf(request.query.t) ?? "",
        contentType: request.headers["content-type"],
        byteSize: length === undefined ? null : Number(length),
        body: request.raw,
      });
      if (result === "stored") return reply.code(200).send();
      const [status, message] = refusals[result];
      return reply.code(status).send({ message, requestId: request.id });
    },
  );

  app.get<{ Params: { mediaId: string; file: string }; Querystring: Record<string, unknown> }>(
    "/media/picture/:mediaId/:file",
    { onRequest: guardDoor(deps, { door: "picture" }) },
    async (request, reply) => {
      const { mediaId, file } = request.params;
      const expires = textOf(request.query.e);
      const signature = textOf(request.query.s);
      const served = await findServedFile(deps, { key: `picture/${mediaId}/${file}`, expires, signature });
      if (served === null) return reply.code(404).send({ message: "Not found", requestId: request.id });
      return sendPicture(request, reply, { served, etag: `"${mediaId}-${file}"` });
    },
  );
}

/** A parameter that stands once in a query; one that stands twice is a list, and none of ours. */
function textOf(parameter: unknown): string | undefined {
  return typeof parameter === "string" ? parameter : undefined;
}

/** A whole file, one part of it, or nothing where the client has it: a picture under its name never changes. */
function sendPicture(
  request: FastifyRequest,
  reply: FastifyReply,
  { served, etag }: { served: ServedFile; etag: string },
): FastifyReply {
  const { byteSize, leftMs } = served;
  reply.headers({
    "content-type": "image/webp",
    "x-content-type-options": "nosniff",
    // Any page may show a picture; the rest of the API keeps the stricter default.
    "cross-origin-resource-policy": "cross-origin",
    "cache-control":
      leftMs === null
        ? `public, max-age=${yearSeconds}, immutable, s-maxage=${sharedSeconds}`
        : `private, max-age=${Math.floor(leftMs / 1_000)}, immutable`,
    "accept-ranges": "bytes",
    etag,
  });
  if (request.headers["if-none-match"]?.includes(etag)) return reply.code(304).send();
  const isFresh = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const range = isFresh ? parseByteRange(request.headers.range, byteSize) : null;
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${byteSize}`).send();
  if (range !== null) {
    reply.code(206).header("content-range", `bytes ${range.start}-${range.end}/${byteSize}`);
  }
  reply.header("content-length", range === null ? byteSize : range.end - range.start + 1);
  return reply.send(served.stream(range ?? undefined));
}
