// The cache of answers.
import { createPixoraQueryClient } from "@pixora/client/react";

export const queryClient = createPixoraQueryClient();
