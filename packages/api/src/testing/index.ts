// The door for tests: real PostgreSQL and Redis, one database a test file, people and posts at hand.
export { testContext } from "./context.ts";
export { createPerson, createPost, createSession, follow, type TestPerson } from "./people.ts";
export { openRaw, type RawConnection } from "./raw.ts";
export { openTestDeps, type TestDeps, testConfig } from "./test-deps.ts";
export { waitFor } from "./wait-for.ts";
export { type Caller, type WireClient, WireError } from "./wire.http.ts";
export { openServerProcess, type ServerProcess } from "./wire.process.ts";
export type { TestSocket, TestStream } from "./wire.socket.ts";
export { openTestServer, type TestServer, type WirePerson } from "./wire.ts";
