// The door for tests: real PostgreSQL and Redis, one database a test file, people and posts at hand.
export {
  addCommentLike,
  addLike,
  createComments,
  createPost,
  createPosts,
  hidePost,
  removeLike,
} from "./content.ts";
export { testContext } from "./context.ts";
export { addLogEntries, buryFact, storeFact } from "./facts.ts";
export { createTestPixora } from "./kit/kit.ts";
export type {
  TestFactories,
  TestMail,
  TestPixora,
  TestPixoraOptions,
  TestPush,
  TestTokens,
  TestUser,
} from "./kit/kit.types.ts";
export {
  createPerson,
  createSession,
  endSession,
  markPersonDeleted,
  suspend,
  type TestPerson,
  unsuspend,
} from "./people.ts";
export { openRaw, type RawConnection } from "./raw.ts";
export { askToFollow, block, follow, mute, unfollow } from "./relations.ts";
export { openTestDeps, type TestDeps, testConfig } from "./test-deps.ts";
export { waitFor } from "./wait-for.ts";
export { type WireClient, WireError } from "./wire.client.ts";
export type { Caller } from "./wire.http.ts";
export { openServerProcess, type ServerProcess } from "./wire.process.ts";
export type { TestSocket, TestStream } from "./wire.socket.ts";
export { openTestServer, type TestServer, type WirePerson } from "./wire.ts";
export { workOff } from "./work-off.ts";
