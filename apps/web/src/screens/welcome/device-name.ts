// What a session is called in the list of sessions: the browser and the system, as far as the browser says.

const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Mac OS X/, "Mac"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** As in "Firefox on Linux". */
export function nameDevice(agent: string = navigator.userAgent): string {
  const [, browser = "Browser"] = browsers.find(([pattern]) => pattern.test(agent)) ?? [];
  const [, system] = systems.find(([pattern]) => pattern.test(agent)) ?? [];
  return system === undefined ? browser : `${browser} on ${system}`;
}
