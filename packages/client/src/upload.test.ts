// Uploading against a network that fails: what is tried again, what is not, and that one picture comes of it.
import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { isAnswerError } from "./errors.ts";
import { createUpload } from "./upload.ts";

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

const large = new Uint8Array(1_000_000);

function notReady(): unknown {
  return TRPCClientError.from({
    error: { code: -32600, message: "nothing is there", data: { appCode: "media.notReady" } },
  });
}

type Answer = number | Error;

/** A server whose storage gives these answers, one an attempt, and which then makes the picture. */
function openWorld(answers: Answer[], end: "ready" | "failed" = "ready", hasArrived = true) {
  const announced: { idempotencyKey?: string; contentType: string }[] = [];
  const sent: string[] = [];
  let looks = 0;
  let completed = 0;
  const view = (state: string) => ({ id: "7", state, image: null, reason: state === "failed" ? "Too blurry." : null });
  const client = {
    media: {
      create: {
        async mutate(input: { idempotencyKey?: string; contentType: string }) {
          announced.push(input);
          const upload = { method: "PUT", url: `http://store/${announced.length}`, headers: {}, expiresAt: "" };
          return { media: view("pending"), upload };
        },
      },
      complete: {
        async mutate() {
          completed += 1;
          if (!hasArrived && completed === 1) throw notReady();
          return view("processing");
        },
      },
      byId: {
        async query() {
          looks += 1;
          return view(looks < 3 ? "processing" : end);
        },
      },
    },
  };
  async function fetch(url: string | URL | Request): Promise<Response> {
    sent.push(String(url));
    const answer = answers.shift() ?? 200;
    if (answer instanceof Error) throw answer;
    return new Response(null, { status: answer });
  }
  const upload = createUpload({ client: client as unknown as Parameters<typeof createUpload>[0]["client"], fetch });
  return { upload, announced, sent };
}

test("a broken network and a busy store are tried again, as the same picture, with a fresh permission", async () => {
  const world = openWorld([new TypeError("fetch failed"), 503, 200]);
  expect(await world.upload(png, { purpose: "post" })).toMatchObject({ id: "7", state: "ready" });
  expect(world.sent).toEqual(["http://store/1", "http://store/2", "http://store/3"]);
  expect(new Set(world.announced.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(world.announced[0]?.contentType).toBe("image/png");
});

test("a file that arrived although the answer was lost is not an error", async () => {
  const world = openWorld([new TypeError("fetch failed"), 412]);
  expect(await world.upload(png, { purpose: "post" })).toMatchObject({ state: "ready" });
});

test("a refusal that will not pass ends it at once, and so does a picture that cannot be made", async () => {
  const refused = openWorld([400]);
  await expect(refused.upload(png, { purpose: "post" })).rejects.toThrow("status 400");
  expect(refused.sent).toHaveLength(1);
  const failed = openWorld([], "failed").upload(png, { purpose: "avatar" });
  await expect(failed).rejects.toMatchObject({
    name: "UploadError",
    message: "Too blurry.",
    media: { state: "failed" },
  });
});

test("a signal ends it while it waits", async () => {
  const controller = new AbortController();
  const world = openWorld(Array(9).fill(503));
  const upload = world.upload(png, { purpose: "post", signal: controller.signal });
  setTimeout(() => controller.abort(new Error("changed my mind")), 50);
  await expect(upload).rejects.toThrow("changed my mind");
  expect(world.sent.length).toBeLessThan(9);
});

test("a large file whose answer got lost is not sent again; one that did not arrive is", async () => {
  const arrived = openWorld([new TypeError("fetch failed")]);
  expect(await arrived.upload(large, { purpose: "post" })).toMatchObject({ state: "ready" });
  expect(arrived.sent).toHaveLength(1);
  const lost = openWorld([new TypeError("fetch failed")], "ready", false);
  expect(await lost.upload(large, { purpose: "post" })).toMatchObject({ state: "ready" });
  expect(lost.sent).toHaveLength(2);
});

test("a proxy that finds the file too large is told in words, with its status", async () => {
  const world = openWorld([413]);
  const error = await world.upload(png, { purpose: "post" }).catch((cause: unknown) => cause);
  expect(isAnswerError(error) && error.cause.status).toBe(413);
  expect((error as Error).message).toContain("too large");
  expect(world.sent).toHaveLength(1);
});

test("the kind of a picture is seen where blobs have no arrayBuffer", async () => {
  const blob = new Blob([png]);
  Object.assign(blob, { slice: () => Object.assign(new Blob([png]), { arrayBuffer: undefined }) });
  const world = openWorld([200]);
  await world.upload(blob, { purpose: "post" });
  expect(world.announced[0]?.contentType).toBe("image/png");
});
