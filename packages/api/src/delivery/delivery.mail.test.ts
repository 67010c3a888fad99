// Mails about notifications: to verified addresses, once a cause, through a real SMTP server where it matters.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updatePreferences } from "../notification/notification.preference.ts";
import { notificationType } from "../notification/notification.schema.ts";
import { createSmtpMailer } from "../platform/mailer/mailer.smtp.ts";
import { type Mail, MailRefusedError } from "../platform/mailer/mailer.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { openMailSink } from "../testing/mail-sink.ts";
import { comment, createClock, like, listDeliveries, type TestClock, takeFacts, unlike } from "../testing/outside.ts";
import { writeDigestMail, writeNotificationMail } from "./delivery.mail.text.ts";
import { sendMails } from "./delivery.mail.ts";
import { retryDeliveries } from "./delivery.upkeep.ts";

const minuteMs = 60_000;

let clock: TestClock;
let deps: TestDeps;
let ann: TestPerson;
let bob: TestPerson;
let postId: string;

beforeAll(async () => {
  clock = createClock();
  deps = await openTestDeps({ clock, env: { PUBLIC_URL: "https://pixora.example/" } });
});
afterAll(() => deps.close());

beforeEach(async () => {
  deps.mails.length = 0;
  await deps.db.pool.query("truncate deliveries, outbox");
  [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  postId = (await createPost(deps, { authorId: ann.id, caption: "the sea" })).id;
});

async function send(sender: TestDeps = deps) {
  const facts = await takeFacts(deps, "notification.mailRequested");
  await sendMails(sender, { facts });
  return facts;
}

const statesOf = async (person: TestPerson) =>
  (await listDeliveries(deps, { userId: person.id })).map((row) => row.state);
const wantMails = (types: object, person = ann) => updatePreferences(deps, { actorId: person.id, changes: { types } });

/** The same process with a provider that does this with every mail; `calls` is what it was called with. */
function withProvider(treat: () => Promise<void>): TestDeps & { calls: Mail[] } {
  const calls: Mail[] = [];
  const mailer = {
    async send(mail: Mail) {
      calls.push(mail);
      await treat();
    },
    async close() {},
  };
  return { ...deps, mailer, calls };
}

describe("a comment", () => {
  test("is mailed to the post's author, as text and HTML, with links that lead to it and out of it", async () => {
    const { id } = await comment(deps, {
      actorId: bob.id,
      postId,
      text: 'so <b>blue</b> & "deep"\n.\nBcc: x@y.example',
    });
    await send();
    expect(deps.mails).toHaveLength(1);
    const [mail] = deps.mails;
    expect(mail).toMatchObject({ to: `${ann.handle}@test.example`, subject: `@${bob.handle} commented on your post` });
    const stopUrl = mail?.headers?.["List-Unsubscribe"]?.slice(1, -1);
    expect(stopUrl).toMatch(new RegExp(`^https://pixora\\.example/unsubscribe/COMMENT\\.${ann.id}\\.[\\w-]{43}$`));
    expect(mail?.headers).toMatchObject({ "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" });
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain(`https://pixora.example/posts/${postId}#comment-${id}`);
      expect(part).toContain(stopUrl);
    }
    expect(mail?.text).toContain('“so <b>blue</b> & "deep" . Bcc: x@y.example”');
    expect(mail?.html).toContain("so &lt;b&gt;blue&lt;/b&gt; &amp; &quot;deep&quot; . Bcc");
    expect(mail?.html).not.toContain("<b>");
  });

  test("is one mail though its job runs many times at once, through a real provider", async () => {
    const sink = await openMailSink();
    await comment(deps, { actorId: bob.id, postId });
    await comment(deps, { actorId: bob.id, postId });
    const facts = await takeFacts(deps, "notification.mailRequested");
    const workers = Array.from({ length: 4 }, () => ({
      ...deps,
      mailer: createSmtpMailer({ url: sink.url, from: deps.config.MAIL_FROM }),
    }));
    await Promise.all(workers.flatMap((worker) => [sendMails(worker, { facts }), sendMails(worker, { facts })]));
    expect(sink.mails.map((mail) => mail.to)).toEqual(Array(2).fill([`${ann.handle}@test.example`]));
    expect(sink.mails[0]?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(await statesOf(ann)).toEqual(["sent", "sent"]);
    await Promise.all(workers.map((worker) => worker.mailer.close()));
    await sink.close();
  });
});

describe("who gets no mail", () => {
  test("an address that is not verified, then or by now", async () => {
    await comment(deps, { actorId: bob.id, postId });
    await deps.db.pool.query("update credentials set email_verified_at = null where user_id = $1", [ann.id]);
    await send();
    await comment(deps, { actorId: bob.id, postId });
    expect(await send()).toEqual([]);
    expect(deps.mails).toEqual([]);
  });

  test("who has turned the type off, then or by now; likes are off from the start", async () => {
    await like(deps, { actorId: bob.id, postId });
    expect(await send()).toEqual([]);
    await comment(deps, { actorId: bob.id, postId });
    await wantMails({ COMMENT: { email: false } });
    await send();
    expect(deps.mails).toEqual([]);
  });

  test("whoever hears only of those they follow", async () => {
    await wantMails({ COMMENT: { from: "following" } });
    await comment(deps, { actorId: bob.id, postId });
    await send();
    expect(deps.mails).toEqual([]);
  });

  test("a cause that was undone; done again, it is mailed once", async () => {
    await wantMails({ LIKE: { email: true } });
    await like(deps, { actorId: bob.id, postId });
    await unlike(deps, { actorId: bob.id, postId });
    await send();
    expect(deps.mails).toEqual([]);
    for (let time = 0; time < 2; time += 1) {
      await like(deps, { actorId: bob.id, postId });
      await send();
      await unlike(deps, { actorId: bob.id, postId });
    }
    expect(deps.mails).toHaveLength(1);
  });
});

test("a digest takes the place of single mails, save of what it cannot find in the app", async () => {
  await updatePreferences(deps, { actorId: ann.id, changes: { digest: { frequency: "daily" } } });
  await comment(deps, { actorId: bob.id, postId });
  expect(await send()).toEqual([]);
  await wantMails({ COMMENT: { inApp: false } });
  await comment(deps, { actorId: bob.id, postId });
  await send();
  expect(deps.mails).toHaveLength(1);
});

describe("a provider", () => {
  test("that does not take a mail gets it again after a while", async () => {
    let isBack = false;
    const sender = withProvider(async () => {
      if (!isBack) throw new MailRefusedError("452 try later", { isFinal: false });
    });
    await comment(deps, { actorId: bob.id, postId });
    const facts = await send(sender);
    expect(await listDeliveries(deps, { userId: ann.id })).toMatchObject([
      { state: "waiting", error: "452 try later" },
    ]);
    isBack = true;
    await sendMails(sender, { facts });
    expect(sender.calls).toHaveLength(1);
    clock.pass(minuteMs);
    await retryDeliveries(deps);
    await send(sender);
    expect([sender.calls.length, ...(await statesOf(ann))]).toEqual([2, "sent"]);
  });

  test("that refuses an address does not hear of the mail again", async () => {
    const sender = withProvider(() => Promise.reject(new MailRefusedError("550 no such box", { isFinal: true })));
    await comment(deps, { actorId: bob.id, postId });
    const facts = await send(sender);
    clock.pass(24 * 60 * minuteMs);
    await sendMails(sender, { facts });
    expect([sender.calls.length, ...(await statesOf(ann))]).toEqual([1, "failed"]);
  });

  test("that breaks off in the middle may have taken the mail: it is shown, and not sent again", async () => {
    const sender = withProvider(() => Promise.reject(new Error("connection lost")));
    await comment(deps, { actorId: bob.id, postId });
    const facts = await send(sender);
    clock.pass(24 * 60 * minuteMs);
    await retryDeliveries(deps);
    await sendMails(sender, { facts });
    expect(sender.calls).toHaveLength(1);
    expect(await listDeliveries(deps, { userId: ann.id })).toMatchObject([
      { state: "sending", error: "connection lost" },
    ]);
  });

  test("that never takes a mail gets it to be given up after a day", async () => {
    const sender = withProvider(() => Promise.reject(new MailRefusedError("away", { isFinal: false })));
    await comment(deps, { actorId: bob.id, postId });
    await send(sender);
    clock.pass(24 * 60 * minuteMs);
    await retryDeliveries(deps);
    await expect(send(sender)).rejects.toMatchObject({ name: "ProviderFailedError" });
    expect(await statesOf(ann)).toEqual(["failed"]);
  });

  test("that fails again and again is not called for a while", async () => {
    const sender = withProvider(() => Promise.reject(new MailRefusedError("away", { isFinal: false })));
    for (let time = 0; time < 12; time += 1) await comment(deps, { actorId: bob.id, postId });
    await send(sender);
    await send(sender);
    expect(sender.calls.length).toBeLessThan(10);
    expect(new Set(await statesOf(ann))).toEqual(new Set(["waiting"]));
  });
});

test("every type has its words", () => {
  const to = {
    email: "a@test.example",
    handle: "ann",
    webUrl: "https://x.example",
    unsubscribeUrl: "https://x.example/u",
  };
  const content = { actorHandle: "bob", actorName: "Bob", postId: "7", commentId: null, excerpt: null };
  const subjects = notificationType.options.map((type) => writeNotificationMail({ ...content, type }, to).subject);
  expect(new Set(subjects).size).toBe(notificationType.options.length);
  for (const subject of subjects) expect(subject).toMatch(/^@bob \S+/);
});

test("a name that looks like an address is no link in any part of any mail", () => {
  const to = {
    email: "a@test.example",
    handle: "www.pills.com",
    webUrl: "https://x.example",
    unsubscribeUrl: "https://x.example/u",
  };
  const told = { actorHandle: "www.pills.com", postId: null, commentId: null, excerpt: null };
  const mails = [
    ...notificationType.options.map((type) =>
      writeNotificationMail({ ...told, type, actorName: "see http://pills.com or buy@pills.com" }, to),
    ),
    writeDigestMail(
      { lines: [{ ...told, type: "FOLLOW", actorNames: ["www.pills.com"], actorCount: 1 }], hasMore: false },
      to,
    ),
  ];
  for (const { subject, text, html } of mails) {
    for (const part of [subject, text, html]) expect(part).not.toMatch(/www\.|pills\.com|http:\/\/pills|buy@/);
  }
});
