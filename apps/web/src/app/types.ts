// The views of the wire, by the names that the app uses.
import type { RouterOutputs } from "@pixora/client";

type Post = RouterOutputs["post"]["byId"];
export type Me = RouterOutputs["user"]["me"];
export type UserSummary = Post["author"];
export type Image = Post["media"][number];
export type SessionOfList = RouterOutputs["auth"]["sessions"]["items"][number];
export type Preferences = RouterOutputs["notification"]["preferences"];
