import { expect, test } from "vitest";
import { createCircuit } from "./circuit.ts";

function open() {
  let nowMs = 0;
  const circuit = createCircuit({ maxFailures: 3, openMs: 1_000, maxKeys: 2, nowMs: () => nowMs });
  const fail = (key: string, times: number) => {
    for (let time = 0; time < times; time += 1) circuit.note(key, false);
  };
  return { circuit, fail, pass: (ms: number) => (nowMs += ms) };
}

test("who fails again and again is not called for a while, and others are", () => {
  const { circuit, fail } = open();
  fail("slow", 2);
  expect(circuit.mayCall("slow")).toBe(true);
  fail("slow", 1);
  expect([circuit.mayCall("slow"), circuit.mayCall("quick")]).toEqual([false, true]);
});

test("an answer in between starts the count anew", () => {
  const { circuit, fail } = open();
  fail("slow", 2);
  circuit.note("slow", true);
  fail("slow", 2);
  expect(circuit.mayCall("slow")).toBe(true);
});

test("after a while one caller tries, and the rest wait for what becomes of it", () => {
  const { circuit, fail, pass } = open();
  fail("slow", 3);
  pass(1_000);
  expect([circuit.mayCall("slow"), circuit.mayCall("slow")]).toEqual([true, false]);
  fail("slow", 1);
  expect(circuit.mayCall("slow")).toBe(false);
  pass(1_000);
  expect(circuit.mayCall("slow")).toBe(true);
  circuit.note("slow", true);
  expect([circuit.mayCall("slow"), circuit.mayCall("slow")]).toEqual([true, true]);
});

test("what is remembered is bounded", () => {
  const { circuit, fail } = open();
  for (const key of ["one", "two", "three"]) fail(key, 3);
  expect(["one", "two", "three"].map((key) => circuit.mayCall(key))).toEqual([true, false, false]);
});
