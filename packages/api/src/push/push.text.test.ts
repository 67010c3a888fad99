import { expect, test } from "vitest";
import { notificationType } from "../notification/notification.schema.ts";
import { writePushMessage } from "./push.text.ts";

const content = { actorHandle: "bob", actorName: "Bob", postId: "7", commentId: null, excerpt: null };

test("every type has words of its own", () => {
  const bodies = notificationType.options.map(
    (type) => JSON.parse(writePushMessage({ ...content, type }, { tag: "t" })).body,
  );
  expect(new Set(bodies).size).toBe(notificationType.options.length);
});

test("a message of extravagant characters still fits: without them", () => {
  const excerpt = `a${"\u0301".repeat(2_500)}`;
  const message = writePushMessage({ ...content, type: "COMMENT", excerpt }, { tag: "t" });
  expect(Buffer.byteLength(message)).toBeLessThan(3_800);
  expect(JSON.parse(message)).toMatchObject({ title: "@bob", body: "commented on your post" });
});
