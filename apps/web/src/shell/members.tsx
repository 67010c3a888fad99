// What only somebody signed in has around every screen.

import { useCounts } from "@pixora/client/react";
import { useKeys } from "../app/keys.ts";
import { Nav } from "./nav.tsx";

export function Members() {
  useKeys();
  return <Nav unseen={useCounts()?.unseen ?? 0} />;
}
