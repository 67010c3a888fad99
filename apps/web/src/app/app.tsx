// The app: its client, its caches and its router.
import { PixoraProvider } from "@pixora/client/react";
import { RouterProvider } from "@tanstack/react-router";
import { pixora } from "./pixora.ts";
import { queryClient } from "./query-client.ts";
import { router } from "./router.tsx";

export function App() {
  return (
    <PixoraProvider client={pixora} queryClient={queryClient}>
      <RouterProvider router={router} />
    </PixoraProvider>
  );
}
