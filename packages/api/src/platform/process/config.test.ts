// A wrong environment is told as a readable list, a line each, before anything starts.
import { describe, expect, test } from "vitest";
import { ConfigError, isForThisMachineOnly, readServerConfig } from "./config.ts";

const good = {
  DATABASE_URL: "postgresql://pixora@127.0.0.1/pixora",
  REDIS_URL: "redis://127.0.0.1",
  JWT_SECRET: "a".repeat(32),
};

function complaintsOf(env: Record<string, string>): string[] {
  try {
    readServerConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n").slice(1);
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  test("names all that is missing at once", () => {
    expect(complaintsOf({ NODE_ENV: "production", JWT_SECRET: "" })).toEqual([
      "  DATABASE_URL: is missing",
      "  REDIS_URL: is missing",
      "  JWT_SECRET: is missing",
    ]);
  });

  test("a production without a mail provider is refused, unless files are meant", () => {
    const env = { ...good, NODE_ENV: "production" };
    expect(complaintsOf(env)).toEqual([
      "  SMTP_URL: is missing (MAIL_AS_FILES=true keeps mails as files in MAIL_DIR instead)",
    ]);
    expect(complaintsOf({ ...env, SMTP_URL: "smtp://mail.example" })).toEqual([]);
    expect(complaintsOf({ ...env, MAIL_AS_FILES: "true" })).toEqual([]);
    expect(complaintsOf(good)).toEqual([]);
  });

  test("reads PUBLIC_URL without the slashes at its end, since paths start with one", () => {
    for (const PUBLIC_URL of ["https://pixora.example", "https://pixora.example/", "https://pixora.example//"]) {
      expect(readServerConfig({ ...good, PUBLIC_URL }).PUBLIC_URL).toBe("https://pixora.example");
    }
    expect(readServerConfig({ ...good, PUBLIC_URL: "https://a.example/photos/" }).PUBLIC_URL).toBe(
      "https://a.example/photos",
    );
  });

  test("takes proxies by address, network or the name of one", () => {
    const TRUSTED_PROXIES = "127.0.0.1, 10.0.0.0/8, ::1, fd00::/8, loopback, uniquelocal";
    expect(readServerConfig({ ...good, TRUSTED_PROXIES }).TRUSTED_PROXIES).toHaveLength(6);
  });

  test.each(["proxy.internal", "10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.0/"])("refuses the proxy %s", (proxy) => {
    expect(complaintsOf({ ...good, TRUSTED_PROXIES: `127.0.0.1,${proxy}` })).toEqual([
      `  TRUSTED_PROXIES: ${proxy} is neither an address nor a network`,
    ]);
  });

  test("takes origins as browsers name them, or any", () => {
    const ALLOWED_ORIGINS = "https://app.example, http://localhost:5173";
    expect(readServerConfig({ ...good, ALLOWED_ORIGINS }).ALLOWED_ORIGINS).toHaveLength(2);
    expect(readServerConfig(good).ALLOWED_ORIGINS).toEqual(["*"]);
  });

  test.each(["app.example", "https://app.example/", "https://app.example/x", "https://APP.example"])(
    "refuses the origin %s, which no browser would send",
    (origin) => {
      expect(complaintsOf({ ...good, ALLOWED_ORIGINS: `https://a.example,${origin}` })).toEqual([
        `  ALLOWED_ORIGINS: ${origin} is no origin, as https://app.example is`,
      ]);
    },
  );

  test.each([
    ["http://127.0.0.1:4000", true],
    ["http://localhost:4000", true],
    ["http://[::1]:4000", true],
    ["https://pixora.example", false],
    ["http://192.168.1.20:4000", false],
  ])("of a production at %s: only this machine reaches it: %s", (PUBLIC_URL, isNear) => {
    expect(isForThisMachineOnly({ NODE_ENV: "production", PUBLIC_URL })).toBe(isNear);
    expect(isForThisMachineOnly({ NODE_ENV: "development", PUBLIC_URL })).toBe(false);
  });

  test.each([
    ["postgresql://pixora:s3cr#t@db/pixora", "holds a # in the password: write %23 for it"],
    ["postgresql://pixora:12#34@db/pixora", "holds a # in the password: write %23 for it"],
    ["postgresql://pixora:s3c/r@db/pixora", "holds a / in the password: write %2F for it"],
    ["postgresql://pixora:12/34@db/pixora", "holds a / in the password: write %2F for it"],
    ["postgresql://pixora:s3c?r@db/pixora", "holds a ? in the password: write %3F for it"],
    ["postgresql://pixora:s3cr@one:5432,two:5432/pixora", "names several hosts: name one, which leads to the primary"],
    [
      "postgresql://pixora:s3cr@db:port/pixora",
      "is no URL: signs in the password other than letters and digits are written as %XX",
    ],
    ["mysql://pixora:s3cr@db/pixora", "must start with postgresql:// or postgres://"],
  ])("a URL that would lead elsewhere is refused in words without its parts (%#)", (DATABASE_URL, complaint) => {
    const complaints = complaintsOf({ ...good, DATABASE_URL });
    expect(complaints).toEqual([`  DATABASE_URL: ${complaint}`]);
    expect(complaintsOf({ ...good, REDIS_URL: DATABASE_URL.replace(/^\w+/, "redis") }).length).toBe(
      complaint.startsWith("must") ? 0 : 1,
    );
  });

  test.each([
    "postgresql://pixora:s3cr%23t@db/pixora",
    "postgresql://pixora:a@b@db/pixora",
    "postgresql://db/pixora?sslmode=require",
    "postgres://pixora@[::1]:5432/pixora?options=-c%20work_mem%3D8MB",
    "postgresql://pixora:p@db.example:5432/pixora?application_name=me@home",
    "postgresql://db/pixora?application_name=me@home",
  ])("a URL that leads where it says is taken: %s", (DATABASE_URL) => {
    expect(complaintsOf({ ...good, DATABASE_URL })).toEqual([]);
  });
});
