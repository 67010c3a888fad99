// Type tests: the table of shapes has exactly the right row for each procedure. Right when it compiles; nothing runs.
import { expectTypeOf } from "vitest";
import type { Comment, KindOf, Me, Post, UserCard, UserSummary } from "./kinds.ts";
import type { ListPath, OutputOf, QueryPath } from "./paths.ts";
import { queryShapes, type ShapeOf } from "./shapes.ts";

type Table = { readonly [Path in QueryPath]: ShapeOf<OutputOf<Path>> };
const { "feed.home": _home, ...withoutHome } = queryShapes;
// @ts-expect-error a procedure without a row
withoutHome satisfies Table;
// @ts-expect-error a row that says something else than the answer holds
({ ...queryShapes, "feed.home": { page: "comment" } }) satisfies Table;
// @ts-expect-error one post is no page of posts
({ ...queryShapes, "post.byId": { page: "post" } }) satisfies Table;
// @ts-expect-error there is no such procedure
({ ...queryShapes, "post.byName": "post" }) satisfies { readonly [Path in keyof Table]: Table[Path] } & {
  "post.byName"?: never;
};

expectTypeOf<KindOf<Post>>().toEqualTypeOf<"post">();
expectTypeOf<KindOf<Comment>>().toEqualTypeOf<"comment">();
expectTypeOf<KindOf<Me>>().toEqualTypeOf<"me">();
expectTypeOf<KindOf<UserCard>>().toEqualTypeOf<"card">();
expectTypeOf<KindOf<UserSummary>>().toEqualTypeOf<"plain">();
expectTypeOf<"feed.home">().toExtend<ListPath>();
// Sessions come all at once: there is no cursor to ask with.
expectTypeOf<Extract<ListPath, "auth.sessions" | "post.byId">>().toEqualTypeOf<never>();
