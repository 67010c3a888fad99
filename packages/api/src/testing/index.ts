// The door for tests: real PostgreSQL and Redis, one database a test file, people and posts at hand.
export { createPerson, createPost, follow, type TestPerson } from "./people.ts";
export { openTestDeps, type TestDeps, testConfig } from "./test-deps.ts";
export { waitFor } from "./wait-for.ts";
