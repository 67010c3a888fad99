// What callers send to the room `block`; it answers with the views of the room `user`.
import { z } from "zod";
import { idInput, pageShape } from "../platform/call/wire.ts";

export const blockInput = z.object({ userId: idInput });
export const listBlocksInput = z.object(pageShape).prefault({});
