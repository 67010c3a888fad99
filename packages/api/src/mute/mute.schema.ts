// What callers send to the room `mute`; it answers with the views of the room `user`.
import { z } from "zod";
import { idInput, pageShape } from "../platform/call/wire.ts";

export const muteInput = z.object({ userId: idInput });
export const listMutesInput = z.object(pageShape).prefault({});
