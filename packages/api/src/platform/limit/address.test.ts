// One party, one spelling.
import { expect, test } from "vitest";
import { addressKeyOf } from "./address.ts";

test("an IPv4 address is itself, also where it came mapped into IPv6", () => {
  expect(addressKeyOf("203.0.113.7")).toBe("203.0.113.7");
  for (const spelling of ["::ffff:203.0.113.7", "::FFFF:cb00:7107", "0:0:0:0:0:ffff:203.0.113.7"]) {
    expect(addressKeyOf(spelling)).toBe("203.0.113.7");
  }
});

test("all addresses of an IPv6 /64 are one, in whatever spelling", () => {
  const spellings = [
    "2001:db8:0:1::1",
    "2001:DB8:0:1:ffff:ffff:ffff:ffff",
    "2001:0db8:0000:0001::",
    "2001:db8:0:1::203.0.113.7",
    "2001:db8:0:1::1%eth0",
  ];
  for (const spelling of spellings) expect(addressKeyOf(spelling)).toBe("2001:db8:0:1::/64");
  expect(addressKeyOf("2001:db8:0:2::1")).not.toBe("2001:db8:0:1::/64");
  expect(addressKeyOf("::1")).toBe("0:0:0:0::/64");
});

test("what is no address shares one name", () => {
  for (const text of ["", "unknown", "999.1.1.1", "010.0.0.1", "2001:db8::1::2", "203.0.113.7, 10.0.0.1"]) {
    expect(addressKeyOf(text)).toBe("unknown");
  }
});
