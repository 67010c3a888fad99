// The hub of conversation streams, one a process: hints carry what is told, and are lost where Redis is away. Promises: only
// members who have accepted look on, and only while their session lives; whom a block or a suspension hides tells nothing.

import {
  conversationHintChannel,
  parseConversationHint,
  parseRevokedHint,
  revokedHintChannel,
} from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import { type ConversationPosition, readConversationStreams, readMarks } from "./live.conversation.read.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { createStreamRegister } from "./live.register.ts";
import type { ConversationEvent } from "./live.schema.ts";

/** One open stream. */
export interface ConversationStream extends ConversationPosition {
  readonly mailbox: Mailbox<ConversationEvent>;
}

export interface ConversationHub {
  /** Takes a stream up and tells it how far all have read, the viewer first; false, and it is not taken up, if its viewer may not look on. */
  admit(stream: ConversationStream): Promise<boolean>;
  remove(stream: ConversationStream): void;
}

const sweepEveryMs = 3_000;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const conversationHubOf = onePerDeps(createHub);

function createHub(deps: Pick<Deps, "db" | "pubsub" | "log" | "storage">): ConversationHub {
  const register = createStreamRegister<ConversationStream>((stream) => stream.conversationId);

  /** Ends the streams that may not look on. */
  async function check(streams: readonly ConversationStream[]): Promise<void> {
    if (streams.length === 0) return;
    const open = await readConversationStreams(deps, { streams, speakerId: null });
    streams.forEach((stream, index) => {
      if (open.has(index)) return;
      stream.mailbox.discard();
      stream.mailbox.close();
      register.remove(stream);
    });
  }

  function checkLater(streams: readonly ConversationStream[]): void {
    check(streams).catch((error) => deps.log.warn({ err: error }, "streams of conversations wait for the database"));
  }

  /** Tells all but the person's own; whether each may hear it is asked now. */
  async function tell(conversationId: string, event: ConversationEvent): Promise<void> {
    const speakerId = event.type === "typing" ? event.user.id : event.userId;
    const streams = register.of(conversationId).filter((stream) => stream.viewerId !== speakerId);
    if (streams.length === 0) return;
    const open = await readConversationStreams(deps, { streams, speakerId });
    streams.forEach((stream, index) => {
      if (open.has(index) && register.has(stream)) stream.mailbox.put(event);
    });
  }

  async function tellTyping(conversationId: string, userId: string): Promise<void> {
    const user = (await presentUserSummaries(deps, { ids: [userId] })).get(userId);
    if (user !== undefined) await tell(conversationId, { type: "typing", user });
  }

  deps.pubsub.subscribe(conversationHintChannel, (message) => {
    const hint = parseConversationHint(message);
    if (hint === null || !register.isAbout(hint.conversationId)) return;
    const { conversationId } = hint;
    if (hint.change === "members") return checkLater(register.of(conversationId));
    const told =
      hint.change === "typing"
        ? tellTyping(conversationId, hint.userId)
        : tell(conversationId, { type: "read", userId: hint.userId, readUpTo: hint.readUpTo });
    told.catch((error) => deps.log.warn({ err: error }, "something said in a conversation was not told"));
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const userId = parseRevokedHint(message)?.userId;
    if (userId !== undefined) checkLater(register.all().filter((stream) => stream.viewerId === userId));
  });
  setInterval(() => checkLater(register.all()), sweepEveryMs).unref();

  return {
    async admit(stream) {
      // Listening comes first: whoever is put out from here on is either seen now or hinted later.
      register.add(stream);
      try {
        await check([stream]);
        if (!register.has(stream)) return false;
        for (const mark of await readMarks(deps, stream)) stream.mailbox.put({ type: "read", ...mark });
      } catch (error) {
        register.remove(stream);
        throw error;
      }
      return register.has(stream);
    },
    remove: register.remove,
  };
}
