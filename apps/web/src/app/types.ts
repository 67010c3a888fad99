// The views of the wire, by the names that the app uses.
import type { RouterOutputs } from "@pixora/client";
import type { Seen } from "@pixora/client/react";

export type Post = Seen<RouterOutputs["post"]["byId"]>;
export type Comment = Seen<RouterOutputs["comment"]["byId"]>;
export type User = RouterOutputs["user"]["byId"];
export type Me = RouterOutputs["user"]["me"];
export type UserCard = RouterOutputs["follow"]["followers"]["items"][number];
export type UserSummary = Post["author"];
export type Image = Post["media"][number];
export type Group = RouterOutputs["notification"]["groups"]["items"][number];
export type SessionOfList = RouterOutputs["auth"]["sessions"]["items"][number];
export type Case = RouterOutputs["moderation"]["cases"]["items"][number];
export type CaseDetail = RouterOutputs["moderation"]["case"];
export type LogEntry = RouterOutputs["moderation"]["log"]["items"][number];
export type Report = RouterOutputs["moderation"]["reports"]["items"][number];
export type Decision = RouterOutputs["moderation"]["decisions"]["items"][number];
export type QueueEvent = RouterOutputs["live"]["onQueue"] extends AsyncIterable<infer Told> ? Told : never;
