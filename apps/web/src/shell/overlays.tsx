// What lies over a page, by what the address says.
import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useIsSignedIn } from "../app/me.ts";

const PostDialog = lazy(async () => ({ default: (await import("../screens/post/post-dialog.tsx")).PostDialog }));
const PeopleDialog = lazy(async () => ({
  default: (await import("../screens/people/people-dialog.tsx")).PeopleDialog,
}));
const ComposeDialog = lazy(async () => ({ default: (await import("../screens/compose/compose.tsx")).ComposeDialog }));

export function Overlays() {
  const { post, people, compose } = useSearch({ from: "__root__" });
  const isSignedIn = useIsSignedIn();
  return (
    <Suspense>
      {post !== undefined && <PostDialog key={post} postId={post} />}
      {people !== undefined && <PeopleDialog key={people} what={people} />}
      {compose !== undefined && isSignedIn && <ComposeDialog />}
    </Suspense>
  );
}
