// The cache of answers.
import { isPixoraError } from "@pixora/client";
import { QueryClient } from "@tanstack/react-query";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // The client has repeated what is worth it already; a refusal stays one.
      retry: (count, error) => count < 1 && !isPixoraError(error),
    },
  },
});
