// Has the compiler compare the types that the packed SDK ships with those that the router has: a field that the reference
// says otherwise, or a code that is missing, stops the packing. Both ways: what one takes the other gives.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const program = `
import type * as real from "@pixora/api";
import type { TRPCClientError } from "@trpc/client";
import type * as packed from "./api.js";
import type { ErrorData } from "./trpc.js";

type Same<One, Other> = (<T>() => T extends Deep<One> ? 1 : 2) extends <T>() => T extends Deep<Other> ? 1 : 2 ? true : false;
// Interfaces and intersections spelled out, so that only what is in them counts.
type Deep<T> = T extends AsyncIterable<infer Told> ? { streamed: Deep<Told> } : T extends object ? { [K in keyof T]: Deep<T[K]> } : T;
type Different<One, Other> = {
  [Room in keyof One & keyof Other]: {
    [Name in keyof One[Room] & keyof Other[Room]]: Same<One[Room][Name], Other[Room][Name]> extends true
      ? never
      : \`\${Room & string}.\${Name & string}\`;
  }[keyof One[Room] & keyof Other[Room]];
}[keyof One & keyof Other];
type PathsOf<T> = { [Room in keyof T]: \`\${Room & string}.\${keyof T[Room] & string}\` }[keyof T];
type Kinds<Router extends { _def: { record: object } }> = {
  [Room in keyof Router["_def"]["record"]]: {
    [Name in keyof Router["_def"]["record"][Room]]: Router["_def"]["record"][Room][Name] extends { _def: { type: infer Kind } } ? Kind : never;
  };
};

const nothing = <_Difference extends never>() => undefined;
nothing<Different<real.RouterInputs, packed.RouterInputs>>();
nothing<Different<real.RouterOutputs, packed.RouterOutputs>>();
nothing<Different<Kinds<real.AppRouter>, Kinds<packed.AppRouter>>>();
nothing<Exclude<PathsOf<real.RouterOutputs>, PathsOf<packed.RouterOutputs>>>();
nothing<Exclude<PathsOf<packed.RouterOutputs>, PathsOf<real.RouterOutputs>>>();
nothing<Exclude<real.AppErrorCode, packed.AppErrorCode>>();
nothing<Exclude<packed.AppErrorCode, real.AppErrorCode>>();
type RealData = NonNullable<TRPCClientError<real.AppRouter>["data"]>;
declare const realData: RealData;
export const data: ErrorData = realData;
`;

/** Throws, with what the compiler says, unless the types in \`folder\` (inside the package of the SDK) are the router's. */
export function checkSameTypes({ root, folder }) {
  const file = join(folder, "same.ts");
  const config = join(folder, "same.tsconfig.json");
  writeFileSync(file, program);
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: { types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
      files: [file],
    }),
  );
  try {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", config, "--checkers", "1"], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
    });
  } catch (error) {
    throw new Error(`the packed types are not the router's:\n${error.stdout}`);
  } finally {
    rmSync(file, { force: true });
    rmSync(config, { force: true });
  }
}
