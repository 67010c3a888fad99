// What the links know of procedures, by wire name. The router says it (`.meta` of each procedure), and this is a copy: the
// SDK imports no code of the server, and tRPC's types keep no more of a procedure's meta than that it has one. So that
// the copy cannot drift, its names are checked by type, and scripts/checks/procedure-meta.test.ts compares all of it
// with the router. What is not named here asks for no care: it leaves the session alone and may be sent again.
import type { ProcedureMeta, RouterInputs } from "@pixora/api";

/** The wire names of all procedures, as in "post.create". */
export type ProcedurePath = {
  [Room in keyof RouterInputs]: `${Room}.${keyof RouterInputs[Room] & string}`;
}[keyof RouterInputs];

/** The part of a procedure's meta that the links act on. */
export type ClientMeta = Omit<ProcedureMeta, "auth" | "errors" | "isOpenToSuspended"> & {
  auth?: Extract<ProcedureMeta["auth"], "none">;
};

/** Read by the links through `metaOf`; exported for the test that compares it. */
export const procedureMeta: { readonly [Path in ProcedurePath]?: ClientMeta } = {
  "auth.signUp": { auth: "none", session: "begins", repeat: "never" },
  "auth.signIn": { auth: "none", session: "begins", repeat: "never" },
  "auth.refresh": { auth: "none", session: "begins", repeat: "safely" },
  "auth.signOut": { session: "ends", repeat: "safely" },
  "auth.signOutEverywhere": { session: "ends", repeat: "never" },
  "auth.revokeSession": { repeat: "never" },
  "auth.changePassword": { repeat: "never" },
  "auth.requestPasswordReset": { auth: "none", repeat: "never" },
  "auth.resetPassword": { auth: "none", repeat: "never" },
  "auth.requestEmailVerification": { auth: "none", repeat: "never" },
  "auth.verifyEmail": { auth: "none", session: "begins", repeat: "never" },
  "auth.changeEmail": { repeat: "never" },
  "auth.requestExport": { repeat: "never" },
  "auth.deleteAccount": { session: "ends", repeat: "never" },
  "post.create": { repeat: "byKey" },
  "comment.create": { repeat: "byKey" },
  "media.create": { repeat: "byKey" },
  "moderation.report": { repeat: "byKey" },
  "chat.createGroup": { repeat: "never" },
  "chat.send": { repeat: "byKey" },
  "live.onEvent": { isResumable: true },
  "live.onPost": { afterGap: "post.resync" },
};

const byPath: ReadonlyMap<string, ClientMeta> = new Map(Object.entries(procedureMeta));
const nothingSpecial: ClientMeta = {};

/** What is known of a procedure. */
export function metaOf(path: string): ClientMeta {
  return byPath.get(path) ?? nothingSpecial;
}
