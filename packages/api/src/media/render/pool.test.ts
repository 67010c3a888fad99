// Pictures in processes of their own: what ends one of them ends nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePicture } from "../../testing/pictures.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createRenderPool, type RenderPool, type RenderPoolInput } from "./pool.ts";

const limits = { size: 2, memoryBytes: 1_000, timeoutMs: 20_000, idleMs: 20_000 };
const request = (text: string) => ({ bytes: Buffer.from(text), purpose: "post", isHeicTaken: false }) as const;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pixora-pool-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** A pool whose processes do what is written, with `bytes` as the text of the request; `n` counts the processes. */
function poolOf(name: string, onRequest: string, changes: Partial<RenderPoolInput> = {}): RenderPool {
  const script = join(folder, `${name}.mjs`);
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync } from "node:fs";
     const log = ${JSON.stringify(join(folder, `${name}.log`))};
     const note = (line) => appendFileSync(log, line + "\\n");
     process.on("disconnect", () => process.exit());
     note("start " + process.pid);
     const picture = (placeholder) => ({ files: [], placeholder, isAnimated: false });
     const answer = (text) => process.send({ kind: "rendered", picture: picture(text), residentBytes: 1 });
     let text = "";
     process.on("message", (message) => {
       if (message === "go") return go();
       text = Buffer.from(message.bytes).toString();
       ${onRequest}
     });
     let awaits = 1;
     function go() {
       note("go " + text);
       const wait = setInterval(() => {
         if (readFileSync(log, "utf8").split("\\n").filter((line) => line.startsWith("go")).length < awaits) return;
         clearInterval(wait);
         note("end " + text);
         answer(text);
       }, 5);
     }`,
  );
  return createRenderPool({ ...limits, script: pathToFileURL(script), ...changes });
}

const logOf = (name: string) =>
  readFileSync(join(folder, `${name}.log`), "utf8")
    .trim()
    .split("\n");
const startsOf = (name: string) => logOf(name).filter((line) => line.startsWith("start")).length;

test("a real picture is made by a process that stays for the next one and goes when there is none", async () => {
  const pool = createRenderPool({ ...limits, memoryBytes: 1e9, idleMs: 200 });
  const bytes = await makePicture({ width: 700, height: 500 });
  for (let time = 0; time < 2; time += 1) {
    const { files } = await pool.render({ bytes, purpose: "post", isHeicTaken: false });
    expect(files.map(({ width }) => width)).toEqual([320, 640, 700]);
  }
  const bad = pool.render({ bytes: Buffer.from("hello"), purpose: "post", isHeicTaken: false });
  await expect(bad).rejects.toMatchObject({ name: "BadPictureError", message: expect.stringContaining("GIF picture") });
});

test("an idle process ends, and the next picture gets another", async () => {
  const pool = poolOf("idle", "answer(text)", { idleMs: 50 });
  await pool.render(request("a"));
  await pool.render(request("b"));
  expect(startsOf("idle")).toBe(1);
  const pid = Number(logOf("idle")[0]?.split(" ")[1]);
  await waitFor("the end of the process", () => !isRunning(pid));
  await pool.render(request("c"));
  expect(startsOf("idle")).toBe(2);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a picture that ends its process is tried once more and then refused; others do not notice", async () => {
  const pool = poolOf(
    "death",
    `note("take " + text); if (text === "deadly") process.kill(process.pid, "SIGKILL"); else answer(text);`,
  );
  const deadly = expect(pool.render(request("deadly"))).rejects.toMatchObject({
    name: "BadPictureError",
    message: "The picture could not be read.",
  });
  expect((await pool.render(request("good"))).placeholder).toBe("good");
  await deadly;
  expect(logOf("death").filter((line) => line === "take deadly")).toHaveLength(2);
  expect((await pool.render(request("better"))).placeholder).toBe("better");
});

test("a picture whose process ended for want of memory passes the second time", async () => {
  const onRequest = `const isFirst = readFileSync(log, "utf8").trim().split("\\n").length === 1;
                     if (isFirst) process.kill(process.pid, "SIGKILL"); else answer(text);`;
  expect((await poolOf("twice", onRequest).render(request("unlucky"))).placeholder).toBe("unlucky");
});

test("a picture that takes too long is given up, with its process", async () => {
  const pool = poolOf("slow", `if (text !== "slow") answer(text);`, { timeoutMs: 1_500 });
  await expect(pool.render(request("slow"))).rejects.toMatchObject({ message: "The picture takes too long to read." });
  const pid = Number(logOf("slow")[0]?.split(" ")[1]);
  await waitFor("the end of the process", () => !isRunning(pid));
});

test("large pictures wait until their memory is free, and small ones go side by side", async () => {
  const estimate = `process.send({ kind: "estimated", bytes: text.startsWith("large") ? 5_000 : 400 });`;
  const pool = poolOf("memory", estimate);
  await Promise.all(["large 1", "large 2"].map((text) => pool.render(request(text))));
  const steps = logOf("memory").filter((line) => line.includes("large"));
  expect(steps.map((step) => step.split(" ")[0])).toEqual(["go", "end", "go", "end"]);
  // Each of these ends only when both have begun.
  const small = poolOf("small", `${estimate} awaits = 2;`);
  const made = await Promise.all(["small 1", "small 2"].map((text) => small.render(request(text))));
  expect(made.map(({ placeholder }) => placeholder)).toEqual(["small 1", "small 2"]);
});

test("a process knows no addresses and no keys", async () => {
  const pool = poolOf("bare", `note(Object.keys(process.env).join(",")); answer(text);`);
  await pool.render(request("a"));
  const names = logOf("bare").at(-1) ?? "";
  expect(names).toContain("MALLOC_ARENA_MAX");
  expect(names).not.toMatch(/DATABASE|REDIS|SECRET|KEY/);
});
