// The hub of post streams, one a process: hints tell which posts changed, it reads the change once for all local viewers.
// Promises: counts at most four times a second; a comment only to those who may see it; a stream ends within seconds
// once its post is deleted or hidden from its viewer, or its session has ended.

import { parsePostHint, parseRevokedHint, postHintChannel, revokedHintChannel } from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { checkPostStreams, type PostStream } from "./live.post.check.ts";
import { createPostTeller } from "./live.post.teller.ts";
import { createStreamRegister } from "./live.register.ts";

export interface PostHub {
  /** Takes a stream up and sends it the counts of now; false, and it is not taken up, if its viewer may not look on. */
  admit(stream: PostStream): Promise<boolean>;
  remove(stream: PostStream): void;
}

const sweepEveryMs = 3_000;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const postHubOf = onePerDeps(createHub);

function createHub(deps: Pick<Deps, "db" | "pubsub" | "log" | "storage">): PostHub {
  const register = createStreamRegister<PostStream>((stream) => stream.postId);
  let endings: Promise<unknown> = Promise.resolve();
  const teller = createPostTeller(deps, { register, whenChecked: () => endings });

  function check(streams: readonly PostStream[]): Promise<void> {
    return checkPostStreams(deps, { register, streams }).catch((error) =>
      deps.log.warn({ err: error }, "streams of posts wait for the database"),
    );
  }

  deps.pubsub.subscribe(postHintChannel, (message) => {
    for (const hint of parsePostHint(message)) {
      if (!register.isAbout(hint.postId)) continue;
      if (hint.change === "post.updated" || hint.change === "post.deleted") void check(register.of(hint.postId));
      else teller.tellCounts(hint.postId);
      if ("commentId" in hint) teller.tellComment(hint);
    }
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const userId = parseRevokedHint(message)?.userId;
    if (userId === undefined) return;
    const ending = check(register.all().filter((stream) => stream.viewerId === userId));
    endings = Promise.all([endings, ending]).then(() => undefined);
  });
  deps.pubsub.onReconnect(() => void check(register.all()));
  setInterval(() => check(register.all()), sweepEveryMs).unref();

  return {
    async admit(stream) {
      // Listening comes first: what happens from here on is either read now or hinted later.
      register.add(stream);
      try {
        await checkPostStreams(deps, { register, streams: [stream] });
      } catch (error) {
        register.remove(stream);
        throw error;
      }
      return register.has(stream);
    },
    remove: register.remove,
  };
}
