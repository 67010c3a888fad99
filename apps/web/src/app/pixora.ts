// The one client of the app. It talks to the server that served the page.
import { createPixora, localStorageSession } from "@pixora/client";

export const pixora = createPixora({ url: location.origin, session: localStorageSession() });
