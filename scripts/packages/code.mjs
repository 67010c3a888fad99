// The code that is compiled in outside projects: right uses of the SDK, and wrong ones that must be refused.

export const right = `
import { createPixora, isPixoraError, paginate, type PixoraError, type PostView, type RouterOutputs } from "@pixora/client";

const pixora = createPixora({ url: "http://127.0.0.1:4000" });

export async function use(): Promise<string> {
  const { user } = await pixora.auth.signIn.mutate({ login: "alice", password: "secret-secret" });
  const page: RouterOutputs["feed"]["home"] = await pixora.feed.home.query();
  const posts: PostView[] = page.items;
  for await (const post of paginate(pixora.feed.home, { limit: 5 })) console.log(post.author.handle, posts.length);
  try {
    await pixora.post.byId.query({ postId: "1" });
  } catch (error) {
    if (isPixoraError(error, "post.notFound")) return error.data.appCode;
    if (isPixoraError(error)) console.log(error.data.fieldErrors?.caption, error.data.retryAfterMs);
  }
  const stream = pixora.live.onEvent.subscribe({}, {
    onData({ id, data }) {
      if (data.type === "notification.created") console.log(id, data.notification.actor.handle, data.counts.unread);
    },
  });
  stream.unsubscribe();
  await pixora.close();
  return user.handle;
}

export function explain(error: PixoraError<"post.notFound" | "limit.exceeded">): string {
  switch (error.data.appCode) {
    case "post.notFound":
      return "gone";
    case "limit.exceeded":
      return "later";
    default:
      return error.data.appCode satisfies never;
  }
}
`;

export const react = `
import type { Pixora } from "@pixora/client";
import { PixoraProvider, useHomeFeed, useLike } from "@pixora/client/react";
import { createElement, type ReactElement } from "react";

function Home(): ReactElement {
  const { items } = useHomeFeed();
  return createElement("ul", null, items.map((post) => createElement("li", { key: post.key }, post.caption)));
}

export function App({ client }: { client: Pixora }): ReactElement {
  return createElement(PixoraProvider, { client, children: createElement(Home) });
}
export { useLike };
`;

const start = `import { createPixora, isPixoraError, type PixoraError } from "@pixora/client";
const pixora = createPixora({ url: "http://127.0.0.1:4000" });
`;

/** Each must not compile: what is wrong with it → its code. */
export const wrong = {
  "an input field that does not exist": `${start}export const a = pixora.like.create.mutate({ post: "1" });`,
  "an output field that does not exist": `${start}export const a = pixora.feed.home.query().then((page) => page.items[0]?.likes);`,
  "an error code that does not exist": `${start}export const a = isPixoraError(new Error(), "post.lost");`,
  "an unhandled error code": `${start}export function a(error: PixoraError<"post.notFound" | "limit.exceeded">): string {
  switch (error.data.appCode) {
    case "post.notFound":
      return "gone";
    default:
      return error.data.appCode satisfies never;
  }
}`,
};
