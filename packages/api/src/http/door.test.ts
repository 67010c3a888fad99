// Routes that are no procedures: each address has its budget, and a store that is away is no failure of ours.
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { unsubscribeUrl } from "../delivery/delivery.unsubscribe.ts";
import { createMedia } from "../media/media.service.ts";
import { maxUploadBytes } from "../media/media.type.ts";
import { writeSignedId } from "../platform/secret/key.ts";
import { createPerson, openRaw, openTestServer, type TestServer } from "../testing/index.ts";
import { makePicture } from "../testing/pictures.ts";
import { doorBudgets } from "./door.ts";

describe("at a hundredth of the budgets", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ env: { LIMITS_SCALE: "0.01" } });
  });
  afterAll(() => server.close());

  const doors: [keyof typeof doorBudgets, string, string][] = [
    ["ready", "GET", "/readyz"],
    ["reference", "GET", "/openapi.json"],
    ["export", "GET", `/export/${"a".repeat(32)}`],
    ["picture", "GET", "/media/picture/1/320.webp"],
    ["upload", "PUT", "/media/upload?t=none"],
    ["unsubscribe", "GET", "/unsubscribe/none"],
    ["unsubscribe", "POST", "/unsubscribe/none"],
  ];

  test.each(doors)(
    "%s (%s %s) answers one address so often, and then 429 before it asks anything",
    async (...asked) => {
      const [door, method, path] = asked;
      const from = `127.0.3.${doors.findIndex((one) => one[0] === door && one[1] === method) + 1}`;
      const budget = Math.max(1, Math.floor(doorBudgets[door] * 0.01));
      for (let call = 0; call < budget; call += 1) {
        expect((await server.request({ method, path, from })).status).not.toBe(429);
      }
      const many = vi.spyOn(server.deps.db.sql, "many");
      const refused = await server.request({ method, path, from });
      expect([refused.status, many.mock.calls]).toEqual([429, []]);
      many.mockRestore();
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      expect((await server.request({ method, path, from: "127.0.3.99" })).status).not.toBe(429);
    },
  );

  test("a person announces so many bytes a day", async () => {
    const { id: actorId } = await createPerson(server.deps);
    const picture = { actorId, purpose: "post", contentType: "image/png", byteSize: maxUploadBytes } as const;
    await createMedia(server.deps, picture);
    await expect(createMedia(server.deps, { ...picture, byteSize: 1 })).rejects.toMatchObject({
      code: "limit.exceeded",
    });
    const { id: other } = await createPerson(server.deps);
    await createMedia(server.deps, { ...picture, actorId: other });
  });
});

describe("uploads", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ env: { LIMITS_SCALE: "1" } });
  });
  afterAll(() => server.close());

  async function announce(byteSize: number): Promise<string> {
    const { id: actorId } = await createPerson(server.deps);
    const { upload } = await createMedia(server.deps, { actorId, purpose: "post", contentType: "image/png", byteSize });
    const url = new URL(upload.url);
    return `${url.pathname}${url.search}`;
  }

  test("have one sender at a time: who sends again takes the place of a connection that hangs", async () => {
    const picture = await makePicture();
    const path = await announce(picture.length);
    const hanging = await openRaw(server.port);
    const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: ${picture.length}\r\n\r\n`;
    await hanging.write(head);
    await hanging.write(picture.subarray(0, 10));
    const headers = { "content-type": "image/png" };
    // Both are there, in whichever order: the hanging one never ends by itself.
    const sent = await server.request({ method: "PUT", path, headers, body: picture });
    expect(sent.status).toBe(200);
    await hanging.write(picture.subarray(10, 20));
    await hanging.hear();
    hanging.end();
    expect((await server.request({ method: "PUT", path, headers, body: picture })).status).toBe(412);
  });

  test("of one person come to so many bytes, kept or not", async () => {
    const path = await announce(maxUploadBytes);
    const headers = { "content-type": "image/png", "transfer-encoding": "chunked" };
    const statuses: number[] = [];
    for (let time = 0; time < 202; time += 1) {
      statuses.push((await server.request({ method: "PUT", path, headers, body: "short" })).status);
    }
    expect(statuses.slice(0, 200)).toEqual(Array.from({ length: 200 }, () => 403));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("while PostgreSQL is away", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  test("links, pictures and archives are 503, to be asked for again", async () => {
    const away = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
    for (const name of ["many", "maybe", "one"] as const) vi.spyOn(server.deps.db.sql, name).mockImplementation(away);
    const prisma = { dataExport: { findFirst: away }, user: { findUnique: away } };
    Object.defineProperty(server.deps.db, "prisma", { value: prisma, configurable: true });
    const archive = writeSignedId(server.deps, { purpose: "export.v1", id: "1", parts: ["1"] });
    const link = new URL(unsubscribeUrl(server.deps, { userId: "1", scope: "all" })).pathname;
    const asked = [
      { path: "/media/picture/1/320.webp" },
      { path: `/export/${archive}` },
      { method: "POST", path: link, body: "" },
    ];
    for (const one of asked) {
      const answer = await server.request(one);
      expect([answer.status, answer.headers["retry-after"]], one.path).toEqual([503, "1"]);
    }
  });
});

describe("readers that take nothing", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());

  test("are cut off after half a minute, pictures and pages alike", async () => {
    expect(server.app.server.timeout).toBe(30_000);
    // Of connections from now on.
    server.app.server.timeout = 300;
    const body = "x".repeat(16 * 1_024 * 1_024);
    const send = vi.spyOn(server.deps.storage.local ?? expect.fail("no disk"), "open");
    const { Readable } = await import("node:stream");
    send.mockResolvedValue({ byteSize: body.length, stream: () => Readable.from([body]) });
    const url = new URL(server.deps.storage.urlOf({ key: "picture/1/320.webp", isPublic: false }).url);
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    const closed = new Promise<void>((resolve) => {
      server.app.server.once("connection", (accepted) => accepted.once("close", () => resolve()));
    });
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await closed;
    expect(send).toHaveBeenCalled();
    socket.destroy();
  });
});
