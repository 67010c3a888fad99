// What callers send to the room `follow`; it answers with the views of the room `user`.
import { z } from "zod";
import { idInput, pageShape } from "../platform/call/wire.ts";

export const followInput = z.object({ userId: idInput });
export const listFollowsInput = z.object({ userId: idInput, ...pageShape });
export const listRequestsInput = z.object(pageShape).prefault({});
