// The filter of unmanaged objects on scripts as the engine writes them.
import { describe, expect, test } from "vitest";
import { readUnmanaged, removeUnmanagedDrops } from "./unmanaged.ts";

const script = `/*
  Warnings:

  - You are about to drop the column \`h\` on the \`person\` table. All the data in the column will be lost.
  - You are about to drop the \`log\` table. If the table is not empty, all the data it contains will be lost.

*/
-- DropIndex
DROP INDEX "i";

-- AlterTable
ALTER TABLE "person" DROP COLUMN "h",
ADD COLUMN     "k" TEXT NOT NULL DEFAULT 'a;b, c';

-- AlterTable
ALTER TABLE "post" ALTER COLUMN "id" DROP DEFAULT;
DROP SEQUENCE "s";

-- DropTable
DROP TABLE "log";
`;

describe("removeUnmanagedDrops", () => {
  test("a script without unmanaged objects keeps every statement", () => {
    expect(removeUnmanagedDrops(script, new Set())).toBe(script);
  });

  test("only the marked clauses, statements and warnings go", () => {
    const unmanaged = new Set(["index i", "column person.h", "default post.id", "table log"]);
    expect(removeUnmanagedDrops(script, unmanaged)).toBe(
      '-- AlterTable\nALTER TABLE "person" ADD COLUMN     "k" TEXT NOT NULL DEFAULT \'a;b, c\';\n\n-- AlterTable\nDROP SEQUENCE "s";\n',
    );
  });

  test("a script that has only marked drops becomes empty", () => {
    expect(removeUnmanagedDrops('-- DropIndex\nDROP INDEX "u";\n', new Set(["constraint u"]))).toBe("");
  });

  test("a marker of another kind hides nothing", () => {
    const drop = '-- DropTable\nDROP TABLE "log";\n';
    expect(removeUnmanagedDrops(drop, new Set(["index log"]))).toBe(drop);
  });
});

describe("readUnmanaged", () => {
  test("markers are whole lines; text that only mentions one does not count", () => {
    const sql = "-- unmanaged: index a\n  -- unmanaged: index b\n-- unmanaged: wish c\n-- unmanaged: column t.d  \n";
    expect([...readUnmanaged([{ sql }])]).toEqual(["index a", "column t.d"]);
  });
});
