// The addresses of the app. Those that mails lead to are promises: /posts/…, /users/…, /notifications, /verify-email,
// /reset-password, /secure-account.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomeScreen } from "../screens/home/home.tsx";
import { NotFoundScreen } from "../screens/not-found.tsx";
import { ScreenFailure } from "../screens/screen-failure.tsx";
import { Shell } from "../shell/shell.tsx";
import { forMembers } from "./for-members.tsx";

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundScreen,
});

function readToken(search: Record<string, unknown>): { token: string } {
  return { token: typeof search.token === "string" ? search.token : "" };
}

const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: "/", component: forMembers(HomeScreen) });

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("../screens/welcome/mailed.tsx"), "ForgotScreen"),
});
const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../screens/welcome/mailed.tsx"), "ResetScreen"),
});
const secureRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/secure-account",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../screens/welcome/mailed.tsx"), "SecureScreen"),
});
const verifyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/verify-email",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../screens/welcome/mailed.tsx"), "VerifyScreen"),
});

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "SettingsScreen"),
});
const settingsSectionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "SettingsSectionScreen"),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  forgotRoute,
  resetRoute,
  secureRoute,
  verifyRoute,
  settingsRoute,
  settingsSectionRoute,
]);

function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(pairs).toString();
  return text === "" ? "" : `?${text}`;
}

export const router = createRouter({
  routeTree,
  // Texts as they stand in the address: the router's own way reads "2026" as a number.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: ScreenFailure,
});
// The router has set it to "manual", which spoils swiping back.
history.scrollRestoration = "auto";

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
