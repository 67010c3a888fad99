// A secret is made up for a person who tries Pixora, and for nobody else.
import { afterEach, expect, test, vi } from "vitest";
import { readOrMakeSecrets } from "./secrets.mjs";

afterEach(() => vi.unstubAllEnvs());

test("a secret of the environment is taken as it is", () => {
  vi.stubEnv("JWT_SECRET", "s".repeat(32));
  expect(readOrMakeSecrets()).toEqual({ JWT_SECRET: "s".repeat(32) });
});

test("in production no secret is made up, so that the configuration refuses the start", () => {
  vi.stubEnv("JWT_SECRET", "");
  vi.stubEnv("NODE_ENV", "production");
  expect(readOrMakeSecrets()).toEqual({});
});
