// Screens that need somebody signed in: strangers see the welcome in their place, under the same address.
import type { FunctionComponent } from "react";
import { WelcomeScreen } from "../screens/welcome/welcome.tsx";
import { useIsSignedIn } from "./me.ts";

export function forMembers(Screen: FunctionComponent): FunctionComponent {
  return function Members() {
    return useIsSignedIn() ? <Screen /> : <WelcomeScreen />;
  };
}
