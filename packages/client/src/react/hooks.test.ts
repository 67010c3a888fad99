// The hooks on a page, in StrictMode, against a real server.
import { createPost, follow } from "@pixora/api/testing";
import { act, createElement, type ReactNode } from "react";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openScreen } from "../testing/screen.ts";
import { openStage, type Stage } from "../testing/stage.ts";
import { type Switch, useHomeFeedIds, useLike, usePost } from "./index.ts";
import type { Post } from "./kinds.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const renders = { list: 0, card: 0 };
const likes = new Map<string, Switch>();
beforeEach(() => {
  likes.clear();
});

function Heart({ post }: { post: Post }): ReactNode {
  const like = useLike(post);
  likes.set(post.id, like);
  return `${post.caption}:${like.likeCount}${like.isLiked ? "!" : ""} `;
}

function Card({ postId }: { postId: string }): ReactNode {
  renders.card += 1;
  const post = usePost(postId).data;
  return post ? createElement(Heart, { post }) : null;
}

function List(): ReactNode {
  renders.list += 1;
  return useHomeFeedIds().ids.map(({ id, key }) => createElement(Card, { key, postId: id }));
}

test("a like is seen at once in every list, and only its cards render anew, once each", async () => {
  const errors = vi.spyOn(console, "error");
  const [reader, author] = [await stage.person(), await stage.person()];
  await follow(stage.server.deps, { followerId: reader.id, followeeId: author.id });
  const { id } = await createPost(stage.server.deps, { authorId: author.id, caption: "one" });
  await createPost(stage.server.deps, { authorId: author.id, caption: "two" });
  const screen = await openScreen(reader);
  await screen.render([createElement(List, { key: 1 }), createElement(List, { key: 2 })]);
  await screen.until((text) => text === "two:0 one:0 two:0 one:0 ");

  Object.assign(renders, { list: 0, card: 0 });
  await act(async () => likes.get(id)?.toggle());
  expect(screen.text()).toBe("two:0 one:1! two:0 one:1! ");
  await screen.until(() => likes.get(id)?.isPending === false);
  expect(screen.text()).toBe("two:0 one:1! two:0 one:1! ");
  // StrictMode renders everything twice.
  expect(renders).toEqual({ list: 0, card: 2 * 2 });
  expect((await reader.pixora.post.byId.query({ postId: id })).likeCount).toBe(1);
  await screen.close();
  expect(errors).not.toHaveBeenCalled();
});
