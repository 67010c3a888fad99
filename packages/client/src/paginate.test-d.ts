// Type tests: lists are walked with the input and the items of their own procedure. Right when it compiles; nothing runs.
import { expectTypeOf } from "vitest";
import { type Pixora, paginate, type RouterOutputs } from "./index.ts";

declare const pixora: Pixora;
type Post = RouterOutputs["post"]["byId"];

expectTypeOf(paginate(pixora.feed.home, {})).toEqualTypeOf<AsyncGenerator<Post, void, undefined>>();
expectTypeOf(paginate(pixora.post.byUser, { userId: "1", limit: 5 })).toEqualTypeOf<
  AsyncGenerator<Post, void, undefined>
>();
expectTypeOf(paginate(pixora.comment.list, { postId: "1" })).toEqualTypeOf<
  AsyncGenerator<RouterOutputs["comment"]["byId"], void, undefined>
>();
paginate(pixora.feed.home, { cursor: "somewhere" });

// @ts-expect-error whose posts?
paginate(pixora.post.byUser, {});
// @ts-expect-error a limit is a number
paginate(pixora.feed.home, { limit: "5" });
// @ts-expect-error one post is no list
paginate(pixora.post.byId, { postId: "1" });
// @ts-expect-error a change is no list
paginate(pixora.post.create, { caption: "hello" });
