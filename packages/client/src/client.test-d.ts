// Type tests: what goes into calls and comes out of them. Nothing here runs: it is right when it compiles, and each
// `@ts-expect-error` fails where the line below it does compile.
import { expectTypeOf } from "vitest";
import type { WebSocket as NodeSocket } from "ws";
import { createPixora, type Pixora, type RouterInputs, type RouterOutputs, type Tokens } from "./index.ts";

const pixora = createPixora({ url: "http://127.0.0.1:4000" });
expectTypeOf(pixora).toEqualTypeOf<Pixora>();

// @ts-expect-error a client needs to know where the server is
createPixora({});
// @ts-expect-error there are two ways for streams to travel
createPixora({ url: "", transport: "carrier pigeon" });

// The sockets of a runtime, and those of a package for runtimes without.
createPixora({ url: "", WebSocket });
createPixora({ url: "", WebSocket: {} as typeof NodeSocket });

// Inputs.
pixora.like.create.mutate({ postId: "1" });
pixora.like.create.mutate({ commentId: "1" });
// @ts-expect-error a like is of one thing
pixora.like.create.mutate({ postId: "1", commentId: "1" });
// @ts-expect-error ids are decimal strings: JavaScript's numbers do not hold them
pixora.like.create.mutate({ postId: 1 });
// @ts-expect-error a like without what is liked
pixora.like.create.mutate({});
// @ts-expect-error a call that requires an input
pixora.like.create.mutate();
// @ts-expect-error a change is no query
pixora.like.create.query({ postId: "1" });
// @ts-expect-error there is no such procedure
pixora.like.toggle.mutate({ postId: "1" });
// @ts-expect-error there is no such room
pixora.likes.create.mutate({ postId: "1" });

pixora.post.create.mutate({ caption: "hello", visibility: "followers", idempotencyKey: crypto.randomUUID() });
pixora.post.create.mutate({ media: [{ mediaId: "1" }, { mediaId: "2", alt: "a cat" }] });
// @ts-expect-error posts are public or for followers
pixora.post.create.mutate({ caption: "hello", visibility: "friends" });

pixora.feed.home.query();
pixora.feed.home.query({ cursor: null, limit: 5 });
expectTypeOf<RouterInputs["user"]["byHandle"]>().toEqualTypeOf<{ handle: string }>();

// Outputs.
type Post = RouterOutputs["post"]["byId"];

expectTypeOf(pixora.like.create.mutate({ postId: "1" })).resolves.toEqualTypeOf<{
  isLiked: boolean;
  likeCount: number;
  rev: number;
}>();
expectTypeOf(pixora.feed.home.query()).resolves.toEqualTypeOf<{ items: Post[]; nextCursor: string | null }>();
expectTypeOf<Post["id"]>().toEqualTypeOf<string>();
expectTypeOf<Post["createdAt"]>().toEqualTypeOf<string>();
expectTypeOf<Post["visibility"]>().toEqualTypeOf<"public" | "followers">();
expectTypeOf<null>().toExtend<Post["viewer"]>();

declare const post: Post;
// @ts-expect-error there is no such field
post.likes;
// @ts-expect-error a stranger's view says nothing about a viewer
post.viewer.isLiked;

// The session and the upload.
expectTypeOf(pixora.auth.signIn.mutate({ login: "alice", password: "secret" })).resolves.toHaveProperty("tokens");
expectTypeOf(pixora.session.tokens()).resolves.toEqualTypeOf<Tokens | null>();
pixora.session.onChange((isSignedIn) => expectTypeOf(isSignedIn).toEqualTypeOf<boolean>());
// @ts-expect-error what the links use is not for apps
pixora.session.renew(null);
expectTypeOf(pixora.media.upload(new Blob(), { purpose: "post" })).resolves.toEqualTypeOf<
  RouterOutputs["media"]["byId"]
>();
// @ts-expect-error the server has to know what a picture is for
pixora.media.upload(new Blob(), {});
