// Providers that hang, beside a running worker: nobody in the app waits for them.
import { statement } from "@pixora/db";
import { createProducer, queueNames, startRelay, startWorkers } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment } from "../comment/comment.service.ts";
import { createHandlers } from "../handlers.ts";
import { likePost } from "../like/like.service.ts";
import { isStoreAway, isStoreBusy } from "../platform/call/failure.ts";
import { createSmtpMailer } from "../platform/mailer/mailer.smtp.ts";
import { createOutboxDb } from "../platform/outbox.ts";
import { relayChannel } from "../platform/process/create-deps.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, waitFor } from "../testing/index.ts";
import { type MailSink, openMailSink } from "../testing/mail-sink.ts";
import { listDeliveries, openBrowser } from "../testing/outside.ts";
import { openPushSink, type PushSink } from "../testing/push-sink.ts";

const log = { error() {}, warn() {}, info() {}, debug() {} };

let deps: TestDeps;
let mailSink: MailSink;
let hanging: PushSink;
let working: PushSink;
let stop: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDeps({ env: { PUSH_ALLOW_LOOPBACK: "true" } });
  [mailSink, hanging, working] = [await openMailSink(), await openPushSink(), await openPushSink()];
  mailSink.mode = "hang";
  hanging.answer = "hang";
  const mailer = createSmtpMailer({ url: mailSink.url, from: opened.config.MAIL_FROM });
  deps = { ...opened, mailer };
  const place = { redisUrl: deps.config.REDIS_URL, prefix: deps.config.REDIS_PREFIX };
  const producer = createProducer({ ...place, onError: () => undefined });
  const db = createOutboxDb(deps.db);
  const onWake = (listener: () => void) => deps.pubsub.subscribe(relayChannel, listener);
  const relay = startRelay({ db, producer, log, onWake });
  const handlers = createHandlers(deps);
  const workers = startWorkers({
    ...place,
    queues: queueNames,
    concurrency: 8,
    handlers,
    db,
    isStoreAway,
    isStoreBusy,
    log,
  });
  stop = async () => {
    await relay.close();
    await Promise.all([mailSink.close(), hanging.close(), working.close()]);
    await workers.close({ timeoutMs: 5_000 });
    await producer.close();
    await mailer.close();
    await opened.close();
  };
});
afterAll(() => stop());

const countTold = statement<{ count: number }>(
  "test.countTold",
  `select count(*)::int as count from live_log where user_id = $1 and type = 'notification.created'`,
);

/** Milliseconds until so many events are in a person's log. */
async function waitToBeTold(userId: string, count: number): Promise<number> {
  const startedMs = performance.now();
  const isTold = async () => (await deps.db.sql.one(countTold, [userId])).count >= count;
  await waitFor(`${count} events`, isTold, { timeoutMs: 8_000, everyMs: 5 });
  return performance.now() - startedMs;
}

test("providers of mail and push that hang delay no event in the app, and no push to others", async () => {
  const ann = await createPerson(deps);
  const fans = await Promise.all(Array.from({ length: 12 }, () => createPerson(deps)));
  const { id: postId } = await createPost(deps, { authorId: ann.id });
  await openBrowser(deps, { userId: ann.id, endpoint: `${hanging.url}/ann` });
  await openBrowser(deps, { userId: ann.id, endpoint: `${working.url}/ann` });
  const act = (fan: { id: string }) =>
    Promise.all([
      likePost(deps, { actorId: fan.id, postId }),
      createComment(deps, { actorId: fan.id, postId, text: "a comment" }),
    ]);

  for (const fan of fans.slice(0, 6)) await act(fan);
  await waitFor("the first pushes to hang", () => hanging.pushes.length >= 6);
  const waits: number[] = [];
  for (const [index, fan] of fans.slice(6).entries()) {
    await act(fan);
    waits.push(await waitToBeTold(ann.id, 2 * (index + 7)));
  }
  await waitFor("all pushes of the other service", () => working.pushes.length >= 24);

  // The hanging ones are let go after ten seconds; none has been by now.
  const states = (await listDeliveries(deps, { userId: ann.id })).map((row) => `${row.channel} ${row.state}`);
  expect(new Set(states)).toEqual(new Set(["email sending", "push sending", "push sent"]));
  expect(waits.toSorted((one, other) => one - other)[3]).toBeLessThan(1_000);
  expect(working.pushes).toHaveLength(24);
});
