// What is signed today must verify after an upgrade: links lie in mailboxes, tokens in browsers, hashes in tables.
import { expect, test } from "vitest";
import { hashOwner } from "../limit/limit.owner.ts";
import { keyIdOf, macIsRight, macsFor, signedIdIsRight, writeSignedId } from "./key.ts";
import { createSigner } from "./signature.ts";

const current = "first-secret-first-secret-first-secret-01";
const former = "former-secret-former-secret-former-s-01";
const depsOf = (...secrets: string[]) => ({ config: { JWT_SECRET: secrets } }) as Parameters<typeof macsFor>[0];
const both = depsOf(current, former);

// Computed by the first release. A vector that has to change ends every link or token of its purpose.
test.each([
  ["refresh.v1", "TMCxe34Eoy_2T1dMlW0kMlOZcC0w6Sc7DVUIbWVNoSU", "E38KRqa-5XdFZxAA416anzvN7pxs0U1rzke8W5UfYKk"],
  ["mail.v1", "wl81y_OA6Dr4Dnlm4lbvdaDR-BQTRqOfV1t8LIy9rb8", "CmhpGs7VL9j28Z4ZTHt5UXOeXwqL_SwZYf2ExVMrVU4"],
  ["export.v1", "WLgQopDhZWCQUCMZOA7jbXJgl9Ugka7s555ujoM3ik8", "4q6Blk5Nvo0n_Cz4ix9B_RidawdFalKqq9dUU6uUd6A"],
  ["handle.v1", "gI84rtP0GXUMMTLMmAMTifrgkNKDAXOJasOXOhAcNyo", "AD3FspdLx6NXGM_0SxZL23KHzFOxMaHaTrYMXAS8mrA"],
] as const)("a MAC of %s is what it has always been, under either secret", (purpose, first, second) => {
  const input = { purpose, parts: ["42", Buffer.from([1, 2, 3])] };
  expect(macsFor(both, input).map((mac) => mac.toString("base64url"))).toEqual([first, second]);
  expect(macIsRight(both, { ...input, mac: Buffer.from(second, "base64url") })).toBe(true);
  expect(macIsRight(depsOf(current), { ...input, mac: Buffer.from(second, "base64url") })).toBe(false);
});

test.each([
  ["mail.v1", "AAAAAAAAACrij-cjWLh2VgJPKwTMDhJI"],
  ["export.v1", "AAAAAAAAACqUfZtq9Sk8wOWy-XM55UcL"],
] as const)("a link's token of %s is what it has always been", (purpose, token) => {
  expect(writeSignedId(both, { purpose, id: "42", parts: ["7"] })).toBe(token);
  expect(signedIdIsRight(depsOf("a-new-secret", current), { purpose, token, parts: ["7"] })).toBe(true);
  expect(signedIdIsRight(depsOf(former), { purpose, token, parts: ["7"] })).toBe(false);
});

test.each([
  [
    "notification.unsubscribe",
    "MF7BttdYFnIDq_TvpLZAikxWQGqz-Zk7hPJTaeSPb5M",
    "-7wk6tiD7t-6YZjKoteeEsbBROjzMr_XUhICEhUdqPk",
  ],
  [
    "pixora.storage.upload",
    "Y1WQj0yMaBxC-U8ouDxWfP9WS7hLp3O0LPOCCa48K6c",
    "z_PUqgLkkPeRjxGkogIPOcaVQ4uaJR-SXI1bavwAc1s",
  ],
  ["pixora.storage.url", "CIdxeoKr6NN9ML6qjtOqCsT_5FjV-MnjvRhAmwBDuwQ", "JhQT5jZqdHR5WzMAi0Sin4-JDPaEOI811HXqrEYyBA0"],
] as const)("a signature for %s is what it has always been, and all secrets verify", (purpose, first, second) => {
  const signer = createSigner({ secrets: [current, former], purpose });
  expect(signer.sign("LIKE.42")).toBe(first);
  expect([first, second].map((signature) => signer.isValid("LIKE.42", signature))).toEqual([true, true]);
  expect(createSigner({ secrets: [current], purpose }).isValid("LIKE.42", second)).toBe(false);
});

test("a secret's public name and the hash of a budget's owner are what they have always been", () => {
  expect([current, former].map(keyIdOf)).toEqual(["emYttonpvjwB", "A8IZz0XaLEYB"]);
  expect(hashOwner(both, "ann 192.0.2.1")).toBe("2BJd_oQOB6cFwHBCGm2hWe");
});
