// What goes into the room `feed` on the wire; what comes out are posts.
import { z } from "zod";
import { pageShape } from "../platform/call/wire.ts";

export const listHomeFeedInput = z.object(pageShape).prefault({});
