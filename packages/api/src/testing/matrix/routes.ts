// The part of the matrix that is no procedure: HTTP routes, which take no session. Whose token comes along changes nothing.
import { type TargetName, type ViewerName, viewers } from "./rules.ts";
import type { World } from "./world.ts";

interface RouteRow {
  name: string;
  path: (world: World) => string;
  /** The status, by target. */
  expect: Record<"others", number> & Partial<Record<TargetName, number>>;
}

/** Every route that serves something of a person's, with a path that names the owner's. */
export const routeRows: readonly RouteRow[] = [
  {
    name: "/export: the owner's archive by its link",
    path: ({ links }) => links.archivePath,
    expect: { others: 200, deletedAccount: 404, suspendedAccount: 404 },
  },
  {
    name: "/export: a link that is none",
    path: ({ links }) => `${links.archivePath.slice(0, -4)}AAAA`,
    expect: { others: 404 },
  },
  {
    name: "/media: the owner's picture without a signature",
    path: ({ mediaId }) => `/media/picture/${mediaId}/320.webp`,
    expect: { others: 404, public: 200 },
  },
  {
    name: "/unsubscribe: a link that is none",
    path: ({ people }) => `/unsubscribe/COMMENT.${people.owner.id}.${"A".repeat(43)}`,
    expect: { others: 404 },
  },
];

interface RouteCell {
  path: string;
  accessToken: string | null;
}

/** Fetches every route as every viewer of every target; a line for each cell that ended otherwise than expected. */
export async function runRoutes(
  statusOf: (cell: RouteCell) => Promise<number>,
  targets: readonly { target: TargetName; world: World }[],
): Promise<{ cells: number; unexpected: string[] }> {
  const unexpected: string[] = [];
  let cells = 0;
  for (const { target, world } of targets) {
    for (const row of routeRows) {
      for (const viewer of viewers) {
        cells += 1;
        const actual = await statusOf({ path: row.path(world), accessToken: tokenOf(world, viewer) });
        const expected = row.expect[target] ?? row.expect.others;
        if (actual !== expected) unexpected.push(`${row.name} by ${viewer} of ${target}: ${actual}, not ${expected}`);
      }
    }
  }
  return { cells, unexpected };
}

function tokenOf({ people }: World, viewer: ViewerName): string | null {
  return viewer === "anonymous" ? null : people[viewer].accessToken;
}
