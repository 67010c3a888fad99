// What a procedure promises its callers beside its schemas. It is written where the procedure is, with `.meta({ … })`.
// The SDK, which can import no code of the server, keeps a copy of what it acts on; a test compares it with the router.
import type { AppErrorCode } from "./errors.ts";

export interface ProcedureMeta {
  /** Whether a session is asked for; each kind of procedure in trpc.ts says so. "none": a token, if sent, is not read. */
  auth?: "none" | "optional" | "required";
  /**
   * What success does to the caller's session. "begins": the answer carries the tokens of a session. "ends": the session
   * is gone, unless the input says `exceptCurrent`.
   */
  session?: "begins" | "ends";
  /**
   * Whether a client may send a change again whose answer got lost. "safely": the second time changes nothing more, which
   * is so where nothing is said. "byKey": likewise, if both carry one `idempotencyKey`. "never": a second call is refused,
   * or does more than the first, such as sending another mail.
   */
  repeat?: "safely" | "byKey" | "never";
  /**
   * What it may be refused with besides what its kind says already: bad input, limits, sessions, cursors, idempotency keys
   * (`http/reference/errors.ts`). Tests refuse a code that is answered over the wire and named in neither place.
   */
  errors?: readonly AppErrorCode[];
  /** Whether an account that is suspended may call it, too: what it needs to know, to appeal, to take its own along and go. */
  isOpenToSuspended?: true;
  /** The events of a stream carry ids, and it goes on after the input's `lastEventId`. */
  isResumable?: true;
  /**
   * The events of a stream carry no ids: after a gap the SDK tells the app by an event of this type that it may have missed
   * some, and has to load anew what they change.
   */
  afterGap?: "post.resync";
}
