// The plain pages behind the links in mails, where there is no frontend. Each asks the same procedures as any client, with
// their budgets and refusals. Promise: opening a link changes nothing (mail scanners open links); only its form does.
import { getTRPCErrorFromUnknown } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RequestContext } from "../../platform/call/context.ts";
import { failureOf } from "../../platform/call/wire-error.ts";
import { appRouter } from "../../root.ts";
import { verifyAccessToken } from "../../session/session.token.ts";
import { type ContextParts, httpContext } from "../context.ts";
import { newPasswordField, pageHeaders, paragraph, tokenForm, writePage } from "./pages.html.ts";

/** Far more than a token and a password. */
const maxFormBytes = 16 * 1_024;

interface Page {
  status?: number;
  title: string;
  parts: readonly string[];
}

/** Registers the pages. */
export async function pagesPlugin(app: FastifyInstance, options: { parts: ContextParts }): Promise<void> {
  const { parts } = options;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: maxFormBytes },
    (_request, body, done) => done(null, body),
  );

  const show = (path: string, read: (ctx: RequestContext, request: FastifyRequest) => Page | Promise<Page>) =>
    app.get(path, (request, reply) => answer(parts, request, reply, read));
  const take = (path: string, act: (ctx: RequestContext, request: FastifyRequest) => Promise<Page>) =>
    app.post(path, (request, reply) => answer(parts, request, reply, act));

  show("/verify-email", (_ctx, request) => askToVerify(queryToken(request)));
  take("/verify-email", (ctx, request) => verify(ctx, formOf(request)));
  for (const form of [resetForm, secureForm]) {
    show(form.action, (_ctx, request) => askForPassword({ ...form, token: queryToken(request) }));
    take(form.action, (ctx, request) => setPassword(ctx, formOf(request), form));
  }
  show("/users/:handle", (ctx, request) => showPerson(ctx, paramOf(request, "handle")));
  show("/posts/:postId", (ctx, request) => showPost(ctx, paramOf(request, "postId")));
  show("/notifications", () => ({ title: "Notifications", parts: [paragraph("Open the app to see what is new.")] }));
}

async function answer(
  parts: ContextParts,
  request: FastifyRequest,
  reply: FastifyReply,
  make: (ctx: RequestContext, request: FastifyRequest) => Page | Promise<Page>,
): Promise<FastifyReply> {
  const page = await pageOf(parts, { request, reply }, make);
  return reply
    .code(page.status ?? 200)
    .headers(pageHeaders)
    .send(writePage(page));
}

async function pageOf(
  parts: ContextParts,
  exchange: { request: FastifyRequest; reply: FastifyReply },
  make: (ctx: RequestContext, request: FastifyRequest) => Page | Promise<Page>,
): Promise<Page> {
  try {
    // The link is the whole permission: a page is a stranger's, whatever token its request carries.
    const ctx = { ...httpContext(parts, { ...exchange, hasUrlToken: false }), readViewer: async () => null };
    return await make(ctx, exchange.request);
  } catch (error) {
    return pageOfFailure(error);
  }
}

const statuses: Readonly<Record<string, number>> = { "limit.exceeded": 429, "service.unavailable": 503, internal: 500 };

function pageOfFailure(error: unknown): Page {
  const failure = failureOf(getTRPCErrorFromUnknown(error));
  const status = statuses[failure.code];
  if (status !== undefined) return { status, title: "Not now", parts: [paragraph("Please try again later.", "alert")] };
  if (failure.code.endsWith(".notFound")) {
    return { status: 404, title: "Not found", parts: [paragraph("There is nothing here, or it is not for everyone.")] };
  }
  return {
    status: 400,
    title: "This did not work",
    parts: [
      paragraph("This link is not one of ours, was used before, or is too old. Ask for a new one in the app.", "alert"),
    ],
  };
}

function askToVerify(token: string): Page {
  return {
    title: "Verify your e-mail address",
    parts: [
      paragraph("Was it you who asked for this?"),
      tokenForm({ action: "/verify-email", token, button: "Verify the address" }),
    ],
  };
}

interface PasswordForm {
  title: string;
  action: string;
  token: string;
  messages?: readonly string[];
}

const resetForm = { title: "Choose a new password", action: "/reset-password" } as const;
const secureForm = { title: "Take your account back", action: "/secure-account" } as const;
const verifyForm = { title: "Choose a password to verify the address", action: "/verify-email" } as const;

function askForPassword(form: PasswordForm): Page {
  const { title, action, token, messages = [] } = form;
  return {
    ...(messages.length > 0 && { status: 400 }),
    title,
    parts: [
      ...messages.map((message) => paragraph(message, "alert")),
      tokenForm({ action, token, button: "Set the password", fields: newPasswordField }),
    ],
  };
}

// The session that a verification opens is for an app; nobody holds one here. Where no session of this browser asked for
// the link, a new password is asked for.
async function verify(ctx: RequestContext, form: URLSearchParams): Promise<Page> {
  const token = form.get("token") ?? "";
  const newPassword = form.get("newPassword") ?? undefined;
  return askingAgain({ ...verifyForm, token }, async () => {
    const { tokens } = await appRouter.createCaller(ctx).auth.verifyEmail({ token, newPassword });
    const readViewer = () => verifyAccessToken(ctx.deps, { token: tokens.accessToken });
    await appRouter.createCaller({ ...ctx, readViewer }).auth.signOut();
    return { title: "Your address is verified", parts: [paragraph("You can sign in to the app now.")] };
  });
}

async function setPassword(
  ctx: RequestContext,
  form: URLSearchParams,
  asked: Pick<PasswordForm, "title" | "action">,
): Promise<Page> {
  const [token, newPassword] = [form.get("token") ?? "", form.get("newPassword") ?? ""];
  return askingAgain({ ...asked, token }, async () => {
    await appRouter.createCaller(ctx).auth.resetPassword({ token, newPassword });
    return { title: "Your password is changed", parts: [paragraph("You can sign in to the app with it now.")] };
  });
}

/** Shows the form again where a password is missing or was refused. */
async function askingAgain(form: PasswordForm, act: () => Promise<Page>): Promise<Page> {
  try {
    return await act();
  } catch (error) {
    const { code, fieldErrors } = failureOf(getTRPCErrorFromUnknown(error));
    if (code === "auth.passwordRequired") return askForPassword(form);
    const messages = fieldErrors?.newPassword;
    if (messages === undefined) throw error;
    return askForPassword({ ...form, messages });
  }
}

async function showPerson(ctx: RequestContext, handle: string): Promise<Page> {
  const person = await appRouter.createCaller(ctx).user.byHandle({ handle });
  const counts = `${person.postCount} posts, ${person.followerCount} followers, ${person.followingCount} following`;
  return {
    title: person.displayName,
    parts: [paragraph(`@${person.handle}`), paragraph(person.bio, "said"), paragraph(counts)],
  };
}

async function showPost(ctx: RequestContext, postId: string): Promise<Page> {
  const post = await appRouter.createCaller(ctx).post.byId({ postId });
  const alts = post.media.map((image) => image.alt).filter((alt) => alt !== "");
  return {
    title: `A post of ${post.author.displayName}`,
    parts: [
      paragraph(`@${post.author.handle}`),
      paragraph(post.caption, "said"),
      ...alts.map((alt) => paragraph(`Picture: ${alt}`, "said")),
      paragraph(`${post.likeCount} likes, ${post.commentCount} comments`),
    ],
  };
}

function queryToken(request: FastifyRequest): string {
  const token: unknown = Reflect.get(request.query as object, "token");
  return typeof token === "string" ? token : "";
}

function paramOf(request: FastifyRequest, name: string): string {
  const value: unknown = Reflect.get(request.params as object, name);
  return typeof value === "string" ? value : "";
}

function formOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(typeof request.body === "string" ? request.body : "");
}
