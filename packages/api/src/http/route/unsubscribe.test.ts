// The link in mails, over the wire: it asks first, and one click of the mail program is enough.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unsubscribeUrl } from "../../delivery/delivery.unsubscribe.ts";
import { openTestServer, type TestServer, type WirePerson } from "../../testing/index.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const pathFor = (person: WirePerson, scope: "COMMENT" | "all" = "COMMENT") =>
  new URL(unsubscribeUrl(server.deps, { userId: person.user.id, scope })).pathname;

async function mailedTypes(person: WirePerson) {
  const { types, digest } = await person.client.notification.preferences();
  const mailed = Object.entries(types).filter(([, wish]) => wish.email);
  return { types: mailed.map(([type]) => type), digest: digest.frequency };
}

const oneClick = {
  "a form": { type: "application/x-www-form-urlencoded", body: "List-Unsubscribe=One-Click" },
  "a multipart form": {
    type: "multipart/form-data; boundary=x",
    body: '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  },
};

describe("an unsubscribe link", () => {
  test("opened, asks and changes nothing", async () => {
    const ann = await server.signUp();
    const before = await mailedTypes(ann);
    const page = await server.request({ path: pathFor(ann) });
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(page.text).toContain("Do you want to stop e-mails about comments?");
    expect(await mailedTypes(ann)).toEqual(before);
  });

  test.each(Object.entries(oneClick))(
    "posted to as %s, stops the type's mails, also the second time",
    async (_, form) => {
      const ann = await server.signUp();
      expect((await mailedTypes(ann)).types).toContain("COMMENT");
      for (let time = 0; time < 2; time += 1) {
        const path = pathFor(ann);
        const answer = await server.request({
          method: "POST",
          path,
          body: form.body,
          headers: { "content-type": form.type },
        });
        expect(answer.status).toBe(200);
        expect(answer.text).toContain("Stopped: e-mails about comments");
      }
      const { types } = await mailedTypes(ann);
      expect(types).not.toContain("COMMENT");
      expect(types).toContain("MENTION");
    },
  );

  test("may stop all mails, and of a digest always does", async () => {
    const [ann, bob] = [await server.signUp(), await server.signUp()];
    for (const person of [ann, bob]) {
      await person.client.notification.updatePreferences({ digest: { frequency: "daily" } });
    }
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await server.request({ method: "POST", path: pathFor(ann), body: "scope=all", headers });
    await server.request({ method: "POST", path: pathFor(bob, "all"), body: "List-Unsubscribe=One-Click", headers });
    for (const person of [ann, bob]) expect(await mailedTypes(person)).toEqual({ types: [], digest: "off" });
  });

  test("that we have not made is not found and does nothing", async () => {
    const [ann, bob] = [await server.signUp(), await server.signUp()];
    const good = pathFor(ann);
    const signature = good.slice(good.lastIndexOf(".") + 1);
    const forged = [
      `/unsubscribe/COMMENT.${bob.user.id}.${signature}`,
      `/unsubscribe/MENTION.${ann.user.id}.${signature}`,
      `/unsubscribe/all.${ann.user.id}.${signature}`,
      `${good}x`,
      "/unsubscribe/x",
      "/unsubscribe/..",
    ];
    for (const path of forged) {
      for (const method of ["GET", "POST"]) expect((await server.request({ method, path })).status).toBe(404);
    }
    expect((await mailedTypes(ann)).types).toContain("MENTION");
  });

  test("takes no large body", async () => {
    const ann = await server.signUp();
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const answer = await server.request({ method: "POST", path: pathFor(ann), body: "x".repeat(20_000), headers });
    expect(answer.status).toBe(413);
  });
});
