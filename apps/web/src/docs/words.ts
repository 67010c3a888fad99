// What the reference says, in English.
export const words = {
  title: "API reference",
  intro:
    "Every procedure of this server, as it answers now: what it takes and gives, how it refuses, how often it may be called, and the call in the SDK. Run any of them as yourself.",
  openapi: "OpenAPI document",
  find: "Find a procedure or a shape",
  nothing: "Nothing is called that.",
  contents: "Contents",
  shapes: "Shapes",
  kinds: { query: "Query", mutation: "Change", subscription: "Stream" },
  auth: { none: "Open to all", may: "With or without a session", must: "Needs a session" },
  repeats: {
    never: "A lost answer must not be asked for again",
    safely: "May be sent again",
    byKey: "May be sent again with the same idempotencyKey",
  },
  resumes: "Goes on where it stopped",
  call: "In the SDK",
  copy: "Copy",
  copied: "Copied",
  takes: "Takes",
  gives: "Gives",
  tells: "Tells, event by event",
  takesNothing: "Nothing.",
  errors: "Refuses with",
  limits: "May be called",
  limit: (calls: number, seconds: number, by: string) =>
    `${calls.toLocaleString("en")} times in ${spanOf(seconds)}, by ${by}`,
  run: {
    title: "Run it",
    as: (handle: string) => `Runs on this server as @${handle}.`,
    asStranger: "Runs on this server without a session. Sign in to run it as yourself.",
    changes: "It changes what is stored.",
    input: "Input, as JSON",
    badInput: "This is no JSON",
    go: "Run",
    going: "Running…",
    listen: "Listen",
    stop: "Stop",
    answer: "Answer",
    took: (ms: number) => `${ms} ms`,
    events: (count: number) => (count === 1 ? "1 event" : `${count} events`),
    waiting: "Waiting for events…",
    ended: "The stream has ended.",
    failed: "Refused",
  },
  unknown: "There is nothing of that name in this API.",
  failed: "The reference did not load.",
  back: "All procedures",
};

function spanOf(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? "a day" : `${seconds / 86_400} days`;
  if (seconds % 3_600 === 0) return seconds === 3_600 ? "an hour" : `${seconds / 3_600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? "a minute" : `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}
