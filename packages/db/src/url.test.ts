import { describe, expect, test } from "vitest";
import { driverUrl, splitOptions } from "./url.ts";

describe("DATABASE_URL", () => {
  test("sslmode means what libpq means by it", () => {
    expect(driverUrl("postgresql://u:p@db.example/x?sslmode=require")).toContain("uselibpqcompat=true");
  });

  test("an explicit choice is left alone, and a URL without sslmode unchanged", () => {
    const chosen = "postgresql://u:p@db.example/x?sslmode=require&uselibpqcompat=false";
    expect(driverUrl(chosen)).toBe(chosen);
    expect(driverUrl("postgresql://u:p@db.example/x")).toBe("postgresql://u:p@db.example/x");
  });

  test("session options are taken out, so that ours can follow them", () => {
    const { url, options } = splitOptions("postgresql://u:p@db.example/x?options=-c%20work_mem%3D8MB");
    expect(options).toBe("-c work_mem=8MB");
    expect(url).not.toContain("options");
  });
});
