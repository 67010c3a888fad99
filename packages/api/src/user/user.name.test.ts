// Handles and names: what is refused, and what must not be.
import { describe, expect, test } from "vitest";
import { canonicalHandle, newHandleInput } from "./user.handle.ts";
import { displayNameInput } from "./user.name.ts";
import { updateUserInput } from "./user.schema.ts";

function isRefused(parse: { success: boolean }): boolean {
  return !parse.success;
}

describe("handles", () => {
  test("have one lower-case spelling", () => {
    expect(canonicalHandle("Alice.B_9")).toBe("alice.b_9");
    expect(canonicalHandle("  bob ")).toBe("bob");
    expect(canonicalHandle(" @Bob")).toBe("bob");
  });

  test("are 3 to 30 characters of a-z 0-9 _ and .", () => {
    for (const handle of ["abc", "a.b", "___", "0".repeat(30)]) expect(canonicalHandle(handle)).toBe(handle);
    for (const handle of ["ab", "0".repeat(31), "a b", "a-b-c", "@@alice", "@al", "ali\nce", ""]) {
      expect(canonicalHandle(handle)).toBeNull();
    }
  });

  test("have no look-alikes: other alphabets, zero-width and letters that lower to ASCII are refused", () => {
    for (const handle of [
      "аlice",
      "ali\u200bce",
      "\u212Aelvin",
      "ﬁnn",
      "aliсe",
      "ı23",
      "İ23",
      "ａｂｃ",
      "al\u0000ice",
    ]) {
      expect(canonicalHandle(handle)).toBeNull();
    }
  });

  test("to sign up with have dots inside only, one at a time; those of earlier days are still found", () => {
    for (const handle of ["alice.", ".alice", "alice..x", "...", "._.", "a..", "@.alice"]) {
      expect(isRefused(newHandleInput.safeParse(handle))).toBe(true);
    }
    for (const handle of ["a.b", "a.b.c", "_.a", "a_.b"]) expect(newHandleInput.parse(handle)).toBe(handle);
    expect(canonicalHandle("alice..")).toBe("alice..");
  });

  test("that are reserved may not be taken, in any case", () => {
    for (const handle of ["admin", "Admin", "PIXORA", "support", "me"]) {
      expect(isRefused(newHandleInput.safeParse(handle))).toBe(true);
    }
    expect(newHandleInput.parse("Adminka")).toBe("adminka");
  });
});

describe("display names", () => {
  test("keep what people write: emoji sequences, flags, joiners of scripts that need them", () => {
    const names = ["Anna", "José", "👨‍👩‍👧‍👦 family", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "क्‍ष", "日本 太郎", "🇩🇪", "O'Neil-Smith"];
    for (const name of names) expect(displayNameInput.parse(name)).toBe(name.normalize("NFC"));
  });

  test("are put in NFC and trimmed", () => {
    expect(displayNameInput.parse("  Jose\u0301 ")).toBe("José");
  });

  test("refuse what is invisible or turns the direction of text", () => {
    const deceptions = [
      "ali\u200bce",
      "ali\u200dce",
      "\u202egro.lave",
      "a\u2066b",
      "al\ufeffice",
      "a\u00adb",
      "al\u2060ice",
    ];
    const blanks = ["\u3164", "\u2800", "a\u115f", "\u{E0041}lice", "a\u034fb", "\u200c\u200c"];
    for (const name of [...deceptions, ...blanks, "two\nlines", "", "   "]) {
      expect(isRefused(displayNameInput.safeParse(name))).toBe(true);
    }
  });

  test("hold 50 graphemes, however many code units", () => {
    expect(displayNameInput.parse("👨‍👩‍👧‍👦".repeat(50))).toHaveLength(50 * 11);
    expect(isRefused(displayNameInput.safeParse("👍".repeat(51)))).toBe(true);
  });
});

describe("profile edits", () => {
  test("take http and https addresses of at most 200 characters", () => {
    for (const website of ["https://example.com", "HTTP://example.com/a?b=c#d", "http://127.0.0.1:8080/x"]) {
      expect(updateUserInput.parse({ website })).toEqual({ website });
    }
    const wrong = ["example.com", "javascript:alert(1)", "ftp://example.com", "https://", "https://a b.com"];
    for (const website of [...wrong, "https://u:p@example.com", `https://e.com/${"a".repeat(200)}`, ""]) {
      expect(isRefused(updateUserInput.safeParse({ website }))).toBe(true);
    }
  });

  test("may be empty, clear with null, and hold a bio of 160 graphemes", () => {
    expect(updateUserInput.parse(undefined)).toEqual({});
    expect(updateUserInput.parse({ bio: null, website: null, displayName: null, direction: "forward" })).toEqual({
      bio: null,
      website: null,
      displayName: null,
    });
    expect(updateUserInput.parse({ bio: "🙂".repeat(160) }).bio).toHaveLength(320);
    expect(isRefused(updateUserInput.safeParse({ bio: "🙂".repeat(161) }))).toBe(true);
  });
});
