// Texts that show nothing, over all that Unicode calls invisible.
import { expect, test } from "vitest";
import { signUpInput } from "../../auth/auth.schema.ts";
import { commentTextInput } from "../../comment/comment.schema.ts";
import { createPostInput } from "../../post/post.schema.ts";
import { displayNameInput } from "../../user/user.name.ts";
import { updateUserInput } from "../../user/user.schema.ts";
import { textInput } from "./text.ts";
import { hasSomethingToSee } from "./visible.ts";

const alphabet = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code));
const invisible = alphabet.filter((char) =>
  /[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cf}\u2800\u{1D159}]/u.test(char),
);

test("nothing that Unicode calls invisible is something to see, alone or many together", () => {
  expect(invisible.length).toBeGreaterThan(4_000);
  expect(invisible.filter(hasSomethingToSee)).toEqual([]);
  expect(hasSomethingToSee(invisible.join(""))).toBe(false);
});

test("whatever else has a letter, a number, a sign or a picture is", () => {
  for (const text of ["a", "7", "!", "日", "👩‍👧", "1️⃣", "🇩🇪", "é", "\u200b.", "©", "\u{F8FF}"]) {
    expect(hasSomethingToSee(text)).toBe(true);
  }
});

test("a text of each invisible character alone is as good as empty in every field", () => {
  const required = [commentTextInput, displayNameInput, textInput({ min: 1, max: 100, isSingleLine: true })];
  for (const schema of required) {
    expect(invisible.filter((char) => schema.safeParse(char.repeat(2)).success)).toEqual([]);
  }
  const optional = textInput({ max: 160 });
  const kept = invisible.filter((char) => {
    const parsed = optional.safeParse(` ${char}`);
    return parsed.success && parsed.data !== "";
  });
  expect(kept).toEqual([]);
  for (const text of ["\u3164", "\u2800", "\u200b", "\u00ad", "\u{1D159}"]) {
    expect(createPostInput.safeParse({ caption: text }).data?.caption ?? "").toBe("");
    expect(updateUserInput.parse({ bio: text }).bio).toBe("");
    expect(createPostInput.parse({ caption: "a", media: [{ mediaId: "1", alt: text }] }).media[0]?.alt).toBe("");
    const person = { email: "a@b.example", handle: "anna", password: "correct horse battery", deviceName: text };
    expect(signUpInput.parse(person).deviceName).toBe("");
  }
});

test("names hold no invisible character, save where it belongs", () => {
  const passed = invisible.filter(
    (char) => !/\p{Zs}/u.test(char) && displayNameInput.safeParse(`al${char}ice`).success,
  );
  expect(passed).toEqual([]);
  for (const name of ["❤️ ann", "👨‍👩‍👧‍👦", "می\u200cخواهم", "葛\u{E0100}城"])
    expect(displayNameInput.parse(name)).toBe(name);
});

test("a single line has no two blanks in a row, of whatever width", () => {
  const blanks = alphabet.filter((char) => /\p{Zs}/u.test(char));
  for (const blank of blanks) {
    expect(displayNameInput.parse(`Ann${blank.repeat(40)}Lee`)).toBe("Ann Lee");
    expect(displayNameInput.parse(`Ann ${blank}Lee`)).toBe("Ann Lee");
  }
  expect(displayNameInput.parse("日本\u3000太郎")).toBe("日本\u3000太郎");
  expect(textInput({ max: 100 }).parse("two  blanks\n  here")).toBe("two  blanks\n  here");
});
