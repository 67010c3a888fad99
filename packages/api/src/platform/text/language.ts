// The languages that we speak to people in outside the app. Promise: a table of texts (`Record<Language, …>`) that
// lacks one of them does not compile.

export const languages = ["en"] as const;
export type Language = (typeof languages)[number];

/** For people of whom nothing else is known. */
export const defaultLanguage: Language = "en";
