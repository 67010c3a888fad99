// What goes into and comes out of the room `bookmark` on the wire.
import { z } from "zod";
import { idInput, pageShape } from "../platform/call/wire.ts";

export const bookmarkInput = z.object({ postId: idInput });
export const listBookmarksInput = z.object(pageShape).prefault({});
export const bookmarkView = z.object({ isBookmarked: z.boolean() });
export type BookmarkView = z.infer<typeof bookmarkView>;
