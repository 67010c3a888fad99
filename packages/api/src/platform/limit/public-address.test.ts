import { describe, expect, test } from "vitest";
import { guardedLookup, isLoopbackAddress, isPublicAddress, NearAddressError } from "./public-address.ts";

describe("addresses", () => {
  test.each([
    ["8.8.8.8", true],
    ["142.250.74.74", true],
    ["2a00:1450:4001:82f::200a", true],
    ["127.0.0.1", false],
    ["127.9.9.9", false],
    ["0.0.0.0", false],
    ["10.1.2.3", false],
    ["172.16.0.1", false],
    ["172.32.0.1", true],
    ["192.168.1.1", false],
    ["169.254.169.254", false],
    ["100.100.100.200", false],
    ["198.18.0.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["::1", false],
    ["::", false],
    ["fe80::1", false],
    ["fd00:ec2::254", false],
    ["ff02::1", false],
    ["::ffff:127.0.0.1", false],
    ["::ffff:8.8.8.8", false],
    ["64:ff9b::7f00:1", false],
    ["2002:7f00:1::", false],
    ["2001::1", false],
    ["localhost", false],
    ["", false],
  ])("%s: public is %s", (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test("this machine's own addresses are known as such", () => {
    expect(["127.0.0.1", "127.1.2.3", "::1"].every(isLoopbackAddress)).toBe(true);
    expect(["10.0.0.1", "::2", "8.8.8.8", "localhost"].some(isLoopbackAddress)).toBe(false);
  });
});

describe("the guarded lookup", () => {
  const look = (isAllowed: (address: string) => boolean, isForAll: boolean) =>
    new Promise<unknown>((resolve) => {
      guardedLookup(isAllowed)("localhost", { all: isForAll }, (error, addresses) => resolve(error ?? addresses));
    });

  test("refuses a name that leads to a near address", async () => {
    for (const isForAll of [true, false])
      expect(await look(isPublicAddress, isForAll)).toBeInstanceOf(NearAddressError);
  });

  test("refuses a name as soon as one of its addresses is near", async () => {
    let asked = 0;
    expect(await look(() => ++asked > 1, true)).toBeInstanceOf(NearAddressError);
  });

  test("answers as plain lookups do", async () => {
    expect(await look(isLoopbackAddress, false)).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(await look(isLoopbackAddress, true)).toMatchObject([{ address: expect.any(String) }]);
  });
});
