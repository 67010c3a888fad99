// The one table of error codes. Its keys are the type of a code, so no code lacks a wire status;
// its texts are all that a caller ever reads of a failure.

type TrpcCode =
  | "BAD_REQUEST"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "PRECONDITION_FAILED"
  | "TOO_MANY_REQUESTS"
  | "SERVICE_UNAVAILABLE"
  | "INTERNAL_SERVER_ERROR";

const table = {
  "input.invalid": ["BAD_REQUEST", "The input is not valid"],
  "cursor.invalid": ["BAD_REQUEST", "This cursor does not belong to this list"],
  "cursor.expired": ["BAD_REQUEST", "This list has been renewed: start again from its first page"],
  "auth.required": ["UNAUTHORIZED", "Sign in first"],
  "auth.tokenInvalid": ["UNAUTHORIZED", "The token is not valid"],
  "auth.tokenExpired": ["UNAUTHORIZED", "The token has expired"],
  "auth.sessionRevoked": ["UNAUTHORIZED", "This session has ended"],
  "auth.wrongCredentials": ["UNAUTHORIZED", "The login or the password is wrong"],
  "auth.passwordRequired": ["FORBIDDEN", "Enter a password to go on"],
  "auth.emailUnverified": ["FORBIDDEN", "Verify your e-mail address first"],
  "auth.suspended": ["FORBIDDEN", "This account is suspended"],
  "auth.forbidden": ["FORBIDDEN", "Your role does not allow this"],
  "auth.notFound": ["NOT_FOUND", "No such session"],
  "user.handleTaken": ["CONFLICT", "This handle is taken"],
  "user.emailTaken": ["CONFLICT", "This e-mail address is in use"],
  "user.private": ["FORBIDDEN", "This account is private"],
  "user.notFound": ["NOT_FOUND", "No such user"],
  "user.forbidden": ["FORBIDDEN", "This is not yours to change"],
  "block.active": ["FORBIDDEN", "You have blocked this account"],
  "follow.notFound": ["NOT_FOUND", "No such follow request"],
  "follow.forbidden": ["FORBIDDEN", "You cannot follow this account"],
  "post.notFound": ["NOT_FOUND", "No such post"],
  "post.forbidden": ["FORBIDDEN", "This post is not yours to change"],
  "hashtag.forbidden": ["FORBIDDEN", "You follow as many hashtags as one can"],
  "comment.notFound": ["NOT_FOUND", "No such comment"],
  "comment.forbidden": ["FORBIDDEN", "This comment is not yours to change"],
  "notification.notFound": ["NOT_FOUND", "No such notification"],
  "media.notFound": ["NOT_FOUND", "No such picture"],
  "media.notReady": ["CONFLICT", "This picture is not ready, or already in use"],
  "media.forbidden": ["FORBIDDEN", "This picture is not yours"],
  "chat.notFound": ["NOT_FOUND", "No such conversation or message"],
  "chat.forbidden": ["FORBIDDEN", "You cannot do this in this conversation"],
  "chat.unreachable": ["FORBIDDEN", "You cannot write to this person"],
  "chat.unanswered": ["FORBIDDEN", "Wait until you are answered before you write more"],
  "chat.answerOnly": ["FORBIDDEN", "A new account may only answer: verify your e-mail address, and wait a day"],
  "chat.full": ["CONFLICT", "This group is full"],
  "moderation.notFound": ["NOT_FOUND", "No such report, case or decision"],
  "moderation.forbidden": ["FORBIDDEN", "Moderators only"],
  "moderation.taken": ["CONFLICT", "Another moderator is looking at this"],
  "moderation.closed": ["CONFLICT", "This was decided already"],
  "moderation.appealed": ["CONFLICT", "You have appealed against this decision already"],
  "moderation.final": ["FORBIDDEN", "This decision cannot be appealed against (any more)"],
  "idempotency.reused": ["CONFLICT", "This idempotency key was used with another input"],
  "limit.exceeded": ["TOO_MANY_REQUESTS", "Too many calls: try again later"],
  "service.unavailable": ["SERVICE_UNAVAILABLE", "Busy: try again in a moment"],
  internal: ["INTERNAL_SERVER_ERROR", "Something went wrong"],
} as const satisfies Record<string, readonly [TrpcCode, string]>;

export type AppErrorCode = keyof typeof table;

/** Messages by dotted input path, as in `{ caption: ["Too long"] }`. */
export type FieldErrors = Record<string, string[]>;

/** A failure that the caller may know about. Everything else reaches them as `internal`. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: AppErrorCode;
  readonly fieldErrors: FieldErrors | undefined;
  /** Milliseconds after which a retry may succeed. */
  readonly retryAfterMs: number | undefined;

  constructor(code: AppErrorCode, options: { fieldErrors?: FieldErrors; retryAfterMs?: number; cause?: unknown } = {}) {
    super(table[code][1], { cause: options.cause });
    this.code = code;
    this.fieldErrors = options.fieldErrors;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The tRPC code under which an error travels. */
export function trpcCodeOf(code: AppErrorCode): TrpcCode {
  return table[code][0];
}

/** The sentence that callers read. */
export function messageOf(code: AppErrorCode): string {
  return table[code][1];
}
