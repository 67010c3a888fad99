// What searches take.
import { z } from "zod";
import { pageShape } from "../platform/call/wire.ts";
import { rawTextInput } from "../platform/text/text.ts";

const maxTyped = 500;

/** What a person types to look for. */
const typed = rawTextInput({ maxUnits: maxTyped, message: `At most ${maxTyped} characters` });

export const searchInput = z.object({ q: typed, ...pageShape });
