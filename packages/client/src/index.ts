// The door of the SDK.
export type { AppRouter, RouterInputs, RouterOutputs } from "@pixora/api";
export { createPixora, type Pixora, type PixoraOptions } from "./client.ts";
export type { Connection, ConnectionStatus, Transport } from "./connection.ts";
export {
  AnswerError,
  isAnswerError,
  isConnectionError,
  isPixoraError,
  type PixoraError,
  type PixoraErrorCode,
} from "./errors.ts";
export { paginate } from "./paginate.ts";
export type { LastEventStore } from "./resume.position.ts";
export { cookieSession } from "./session.cookie.ts";
export { localStorageSession, memorySession, type SessionStore, type Tokens } from "./session.store.ts";
export type { Session } from "./session.ts";
export { UploadError, type UploadOptions, type UploadSource } from "./upload.ts";
