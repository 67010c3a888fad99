// What goes into and comes out of the room `like` on the wire.
import { z } from "zod";
import { idInput, pageShape } from "../platform/call/wire.ts";
import { userCardPageView } from "../user/user.schema.ts";

const exactlyOne = { error: "Give either postId or commentId" };
const ofPost = z.object({ postId: idInput, commentId: z.never().optional() });
const ofComment = z.object({ commentId: idInput, postId: z.never().optional() });

/** What is liked: exactly one of the two. */
export const likeInput = z.union([ofPost, ofComment], exactlyOne);
export const listLikesInput = z.union([ofPost.extend(pageShape), ofComment.extend(pageShape)], exactlyOne);

export const likeView = z.object({ isLiked: z.boolean(), likeCount: z.int(), rev: z.int() });
export const likerPageView = userCardPageView;

export type LikeInput = z.infer<typeof likeInput>;
export type LikeView = z.infer<typeof likeView>;
