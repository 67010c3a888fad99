// /unsubscribe/<signed token>: the page behind the link in every mail about notifications, and the one click of RFC 8058.
// Promise: opening the link changes nothing (mail scanners open links); posting to it stops mails, without signing in.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { writeUnsubscribePage } from "../../delivery/delivery.unsubscribe.page.ts";
import { readUnsubscribeToken, type UnsubscribeScope, unsubscribe } from "../../delivery/delivery.unsubscribe.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { guardDoor } from "../door.ts";

/** Far more than a form with one button. */
const maxFormBytes = 8 * 1_024;

type TokenRoute = { Params: { token: string } };

/** Registers the routes. A token that is wrong is 404. */
export async function unsubscribePlugin(app: FastifyInstance, options: { deps: Deps }): Promise<void> {
  const { deps } = options;
  // Mail programs post either kind of form; all that may be read of it is which button was pressed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: maxFormBytes }, (_request, body, done) => {
    done(null, body);
  });

  const onRequest = guardDoor(deps, { door: "unsubscribe" });
  app.get<TokenRoute>("/unsubscribe/:token", { onRequest }, async (request, reply) => {
    const known = readUnsubscribeToken(deps, request.params);
    return sendPage(reply, { scope: known?.scope ?? null, isDone: false });
  });

  app.post<TokenRoute & { Body: unknown }>(
    "/unsubscribe/:token",
    { onRequest, config: { takesMultipart: true } },
    async (request, reply) => {
      const scope = await unsubscribe(deps, { token: request.params.token, isAll: asksForAll(request) });
      return sendPage(reply, { scope, isDone: true });
    },
  );
}

function asksForAll(request: FastifyRequest<{ Body: unknown }>): boolean {
  return typeof request.body === "string" && new URLSearchParams(request.body).get("scope") === "all";
}

function sendPage(reply: FastifyReply, page: { scope: UnsubscribeScope | null; isDone: boolean }): FastifyReply {
  return reply
    .code(page.scope === null ? 404 : 200)
    .headers({ "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-robots-tag": "noindex" })
    .send(writeUnsubscribePage(page));
}
