// E-mail addresses: which are taken, and that one mailbox has one spelling.
import { expect, test } from "vitest";
import { emailInput } from "../../auth/auth.schema.ts";
import { canonicalLogin } from "./email.ts";

const printable = Array.from({ length: 0x7f - 0x20 }, (_, code) => String.fromCharCode(0x20 + code));

test("before the sign stands what HTML lets stand there, and nothing else", () => {
  const taken = printable.filter((char) => emailInput.safeParse(`a${char}b@mail.example`).success);
  expect(taken.join("")).toBe("!#$%&'*+-./0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~");
  for (const email of ["a&b/c=d!e~f#g@mail.example", "o'neil@mail.example", "x@a-b.c.example"]) {
    expect(emailInput.parse(email)).toBe(email);
  }
});

test("hosts are names with a dot, of labels that neither begin nor end with a hyphen", () => {
  const wrong = [
    "a@b",
    "a@-b.example",
    "a@b-.example",
    "a@b..example",
    "a@.example",
    "a@b.example.",
    "a@b_c.example",
    "@b.example",
    "a",
  ];
  for (const email of [
    ...wrong,
    "a@b@c.example",
    "a b@c.example",
    "a@c.example\u0000",
    `a@${"x".repeat(64)}.example`,
  ]) {
    expect(emailInput.safeParse(email).success, email).toBe(false);
  }
});

test("64 characters stand before the sign, and 254 in all, at most", () => {
  const host = `${`${"x".repeat(62)}.`.repeat(3)}example`;
  expect(emailInput.safeParse(`${"a".repeat(64)}@mail.example`).success).toBe(true);
  expect(emailInput.safeParse(`${"a".repeat(65)}@mail.example`).success).toBe(false);
  expect(emailInput.safeParse(`${"a".repeat(254 - 1 - host.length)}@${host}`).success).toBe(true);
  expect(emailInput.safeParse(`${"a".repeat(255 - 1 - host.length)}@${host}`).success).toBe(false);
});

test("a Unicode host is taken as its punycode, however it is written; before the sign only ASCII stands", () => {
  for (const host of [
    "müller.example",
    "MÜLLER.example",
    "mu\u0308ller.example",
    "ｍüller.example",
    "xn--mller-kva.example",
  ]) {
    expect(emailInput.parse(` Ann@${host} `)).toBe("ann@xn--mller-kva.example");
  }
  for (const email of ["ünn@mail.example", "\u0131ate@mail.example", "a@\u200b.example"]) {
    expect(emailInput.safeParse(email).success, email).toBe(false);
  }
});

test("a login is looked up in the form it was stored in", () => {
  expect(canonicalLogin(" @Bob ")).toBe("bob");
  expect(canonicalLogin("＠bob")).toBe("bob");
  expect(canonicalLogin("Ann@MÜLLER.example")).toBe("ann@xn--mller-kva.example");
});
