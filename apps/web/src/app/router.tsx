// The addresses of the app. Those that mails lead to are promises: /posts/…, /users/…, /notifications, /verify-email,
// /reset-password, /secure-account.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomeScreen } from "../screens/home/home.tsx";
import { NotFoundScreen } from "../screens/not-found.tsx";
import { ScreenFailure } from "../screens/screen-failure.tsx";
import { readSearch } from "../screens/search/address.ts";
import { SearchScreen } from "../screens/search/search.tsx";
import { Shell } from "../shell/shell.tsx";
import { forMembers } from "./for-members.tsx";
import { readOver } from "./places.tsx";

const rootRoute = createRootRoute({
  validateSearch: readOver,
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

const exploreRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/explore",
  component: lazyRouteComponent(() => import("../screens/explore/explore.tsx"), "ExploreScreen"),
});
const searchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/search",
  validateSearch: readSearch,
  component: forMembers(SearchScreen),
});
const tagRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tags/$tag",
  component: lazyRouteComponent(() => import("../screens/explore/tag.tsx"), "TagScreen"),
});
const notificationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/notifications",
  component: lazyRouteComponent(() => import("../screens/notifications/notifications.tsx"), "NotificationsScreen"),
});
const postRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/posts/$postId",
  component: lazyRouteComponent(() => import("../screens/post/post-screen.tsx"), "PostScreen"),
});
const profileRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/users/$handle",
  component: lazyRouteComponent(() => import("../screens/profile/profile.tsx"), "ProfileScreen"),
});
const savedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/users/$handle/saved",
  component: lazyRouteComponent(() => import("../screens/profile/profile.tsx"), "SavedScreen"),
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

const decisionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/account/decisions",
  component: lazyRouteComponent(() => import("../screens/account/decisions.tsx"), "DecisionsScreen"),
});

// Shown to moderators and admins; for everybody else there is nothing at these addresses.
const moderationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/moderation",
  component: lazyRouteComponent(() => import("../screens/moderation/queue.tsx"), "QueueScreen"),
});
const moderationClosedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/moderation/closed",
  component: lazyRouteComponent(() => import("../screens/moderation/queue.tsx"), "ClosedScreen"),
});
const moderationReportsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/moderation/reports",
  component: lazyRouteComponent(() => import("../screens/moderation/reports.tsx"), "ReportsScreen"),
});
const moderationLogRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/moderation/log",
  component: lazyRouteComponent(() => import("../screens/moderation/log.tsx"), "LogScreen"),
});
const moderationCaseRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/moderation/cases/$caseId",
  component: lazyRouteComponent(() => import("../screens/moderation/case.tsx"), "CaseScreen"),
});

const docsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/docs",
  component: lazyRouteComponent(() => import("../docs/docs.tsx"), "DocsScreen"),
});
const docsEntryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/docs/$name",
  component: lazyRouteComponent(() => import("../docs/docs.tsx"), "DocsEntryScreen"),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  exploreRoute,
  searchRoute,
  tagRoute,
  notificationsRoute,
  postRoute,
  profileRoute,
  savedRoute,
  forgotRoute,
  resetRoute,
  secureRoute,
  verifyRoute,
  settingsRoute,
  settingsSectionRoute,
  decisionsRoute,
  moderationRoute,
  moderationClosedRoute,
  moderationReportsRoute,
  moderationLogRoute,
  moderationCaseRoute,
  docsRoute,
  docsEntryRoute,
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
