// The SDK on a test Pixora: a person of the kit is what createPixora takes.

import { createTestPixora, type TestPixora } from "@pixora/api/testing";
import { createPixora } from "@pixora/client";
import { afterAll, beforeAll, expect, test } from "vitest";

let pixora: TestPixora;
beforeAll(async () => {
  pixora = await createTestPixora();
});
afterAll(() => pixora.close());

test("a person of the test kit calls, hears and uploads through the SDK, and stays signed in as time passes", async () => {
  const [alice, bob] = [await pixora.signIn(), await pixora.signIn()];
  const sdk = createPixora(alice);
  const heard: string[] = [];
  const ready = Promise.withResolvers<void>();
  sdk.live.onEvent.subscribe(
    {},
    {
      onData({ data }) {
        heard.push(data.type);
        if (data.type === "ready") ready.resolve();
      },
      onError: ready.reject,
    },
  );
  await ready.promise;

  const picture = await sdk.media.upload(await pixora.factories.picture(), { purpose: "post" });
  const post = await sdk.post.create.mutate({ media: [{ mediaId: picture.id, alt: "blue" }] });
  await bob.client.like.create({ postId: post.id });
  await pixora.settle();
  await expect.poll(() => heard).toEqual(["ready", "media.ready", "notification.created"]);

  await pixora.pass(3 * 3_600_000);
  expect((await sdk.user.me.query()).id).toBe(alice.id);
  await sdk.close();
});
