// The one table of budgets: how often who may call what. LIMITS_SCALE multiplies every `points`.
// Promises: procedure calls are counted, whatever carries them (a batch of 50 is 50 calls); a refused call costs nothing.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Whose budget it is. "caller" is the user or, for strangers, the address. "login" is what was typed to sign in, never
 * the account behind it: a budget shared by an account's handle and e-mail would tell strangers whose e-mail it is.
 * "mailbox" is the e-mail address that would get a mail. Addresses are those of `addressKeyOf` (IPv6 by /64).
 */
export type BudgetOwner = "address" | "user" | "caller" | "login" | "login at address" | "mailbox";

/** Whether the owner is named by what the caller sends. */
export function isInInput(by: BudgetOwner): boolean {
  return by === "login" || by === "login at address" || by === "mailbox";
}

/** So many calls of one owner in so many seconds. */
export interface Bound {
  name: string;
  by: BudgetOwner;
  points: number;
  perSeconds: number;
  /** A call that succeeds, or fails otherwise, gets its point back. */
  costsOnly?: "wrong password";
  /** Counts only where e-mails must be verified first (REQUIRE_EMAIL_VERIFICATION). */
  onlyWhereHandlesAreHeld?: true;
  /** Used where another budget of the call has run out, by devices that signed in to this login before. */
  isReserve?: true;
}

interface Line {
  /** They share the line's budgets. "every other query" (mutation, subscription) is what no line names. */
  calls: readonly string[];
  /**
   * "redis": one count for all processes, in fixed windows, at the price of a round trip.
   * "process": each process counts for itself, free of charge: a bucket of `points` that fills up evenly.
   */
  countedIn: "redis" | "process";
  /**
   * The part of `points` that each process grants by itself while Redis is away. Default: 1. What guards passwords
   * and mailboxes closes instead: many processes would grant many times the budget.
   */
  shareWithoutRedis?: number;
  /**
   * In the order of counting, the narrowest first: what it refuses touches no wider one. Those whose owner stands in the
   * input come after all others, so that nobody has texts looked at who may not call at all.
   */
  budgets: readonly Bound[];
}

const closing = 0.3;

const table: readonly Line[] = [
  {
    calls: ["auth.signIn"],
    countedIn: "redis",
    shareWithoutRedis: closing,
    budgets: [
      { name: "signIn.here", by: "login at address", points: 10, perSeconds: 15 * minute, costsOnly: "wrong password" },
      { name: "signIn.from", by: "address", points: 100, perSeconds: 15 * minute },
      { name: "signIn.to", by: "login", points: 100, perSeconds: hour, costsOnly: "wrong password" },
      // Whatever strangers do to a login, who has been in from the same place before may still try.
      {
        name: "signIn.known",
        by: "login at address",
        points: 10,
        perSeconds: 15 * minute,
        costsOnly: "wrong password",
        isReserve: true,
      },
    ],
  },
  {
    calls: ["auth.signUp"],
    countedIn: "redis",
    shareWithoutRedis: closing,
    budgets: [
      { name: "signUp.mailbox", by: "mailbox", points: 10, perSeconds: hour },
      { name: "signUp.from", by: "address", points: 60, perSeconds: hour },
      // As long as such a sign-up waits for its e-mail, it keeps a handle from everyone.
      { name: "signUp.held", by: "address", points: 150, perSeconds: 3 * day, onlyWhereHandlesAreHeld: true },
    ],
  },
  {
    // Each hashes a password for whoever holds an access token.
    calls: ["auth.changePassword", "auth.changeEmail", "auth.deleteAccount", "auth.requestExport"],
    countedIn: "redis",
    shareWithoutRedis: closing,
    budgets: [{ name: "password", by: "user", points: 20, perSeconds: 15 * minute }],
  },
  {
    calls: ["auth.requestPasswordReset", "auth.requestEmailVerification", "auth.changeEmail"],
    countedIn: "redis",
    shareWithoutRedis: closing,
    budgets: [
      { name: "mail.to", by: "mailbox", points: 5, perSeconds: hour },
      { name: "mail.from", by: "address", points: 30, perSeconds: hour },
    ],
  },
  {
    calls: ["auth.resetPassword", "auth.verifyEmail"],
    countedIn: "redis",
    shareWithoutRedis: closing,
    budgets: [{ name: "mailToken.from", by: "address", points: 60, perSeconds: 10 * minute }],
  },
  {
    calls: ["auth.requestExport"],
    countedIn: "redis",
    budgets: [{ name: "export", by: "user", points: 10, perSeconds: day }],
  },
  {
    calls: ["post.create"],
    countedIn: "redis",
    budgets: [
      { name: "post", by: "user", points: 60, perSeconds: 10 * minute },
      { name: "post.day", by: "user", points: 500, perSeconds: day },
    ],
  },
  {
    calls: ["comment.create"],
    countedIn: "redis",
    budgets: [
      { name: "comment", by: "user", points: 30, perSeconds: minute },
      { name: "comment.hour", by: "user", points: 400, perSeconds: hour },
    ],
  },
  {
    // To follow in order to be followed is the commonest spam. The bound on follows in all is the room's (7,500).
    calls: ["follow.create"],
    countedIn: "redis",
    budgets: [
      { name: "follow", by: "user", points: 120, perSeconds: hour },
      { name: "follow.day", by: "user", points: 400, perSeconds: day },
    ],
  },
  {
    // Writing to strangers is the next commonest.
    calls: ["chat.open", "chat.createGroup", "chat.addMembers"],
    countedIn: "redis",
    budgets: [
      { name: "chat", by: "user", points: 60, perSeconds: hour },
      { name: "chat.day", by: "user", points: 300, perSeconds: day },
    ],
  },
  {
    calls: ["chat.send"],
    countedIn: "process",
    budgets: [{ name: "message", by: "user", points: 120, perSeconds: minute }],
  },
  {
    calls: ["media.create"],
    countedIn: "redis",
    budgets: [
      { name: "media", by: "user", points: 200, perSeconds: 10 * minute },
      { name: "media.day", by: "user", points: 1_500, perSeconds: day },
    ],
  },
  {
    calls: ["moderation.report"],
    countedIn: "redis",
    budgets: [{ name: "report", by: "user", points: 20, perSeconds: hour }],
  },
  {
    calls: ["moderation.appeal"],
    countedIn: "redis",
    budgets: [{ name: "appeal", by: "user", points: 20, perSeconds: hour }],
  },
  {
    // A like costs the server less than the round trip that would count it for all processes.
    calls: ["like.create", "like.delete"],
    countedIn: "process",
    budgets: [{ name: "like", by: "user", points: 300, perSeconds: minute }],
  },
  {
    calls: ["auth.refresh"],
    countedIn: "process",
    budgets: [{ name: "refresh", by: "address", points: 1_200, perSeconds: minute }],
  },
  {
    calls: ["search.users", "search.posts", "search.hashtags"],
    countedIn: "process",
    budgets: [{ name: "search", by: "caller", points: 600, perSeconds: minute }],
  },
  {
    calls: ["every other query"],
    countedIn: "process",
    budgets: [{ name: "read", by: "caller", points: 3_000, perSeconds: minute }],
  },
  {
    calls: ["every other mutation"],
    countedIn: "process",
    budgets: [{ name: "write", by: "caller", points: 600, perSeconds: minute }],
  },
  {
    calls: ["every other subscription"],
    countedIn: "process",
    budgets: [{ name: "stream", by: "caller", points: 300, perSeconds: minute }],
  },
];

export type CallType = "query" | "mutation" | "subscription";

export interface Budget extends Bound, Pick<Line, "countedIn"> {
  shareWithoutRedis: number;
}

/** What a call is counted against. */
export interface Plan {
  budgets: readonly Budget[];
  reserve: Budget | null;
  isInProcess: boolean;
}

function planOf(call: string): Plan {
  const lines = table.filter((line) => line.calls.includes(call));
  const all = lines.flatMap(({ budgets, countedIn, shareWithoutRedis = 1 }) =>
    budgets.map((bound): Budget => ({ ...bound, countedIn, shareWithoutRedis })),
  );
  const counted = all.filter((budget) => !budget.isReserve);
  return {
    budgets: [...counted.filter(({ by }) => !isInInput(by)), ...counted.filter(({ by }) => isInInput(by))],
    reserve: all.find((budget) => budget.isReserve) ?? null,
    isInProcess: all.every((budget) => budget.countedIn === "process"),
  };
}

const plans: ReadonlyMap<string, Plan> = new Map(
  table.flatMap((line) => line.calls).map((call) => [call, planOf(call)]),
);
const others = {
  query: planOf("every other query"),
  mutation: planOf("every other mutation"),
  subscription: planOf("every other subscription"),
} as const satisfies Record<CallType, Plan>;

/** The budgets of a procedure. */
export function findPlan(call: { path: string; type: CallType }): Plan {
  return plans.get(call.path) ?? others[call.type];
}

/** The procedures that the table names, for the test that they exist. */
export const limitedCalls: readonly string[] = [...plans.keys()].filter((call) => !call.startsWith("every other "));

/** Streams that one caller, and one connection, may hold open in one process. LIMITS_SCALE multiplies the first. */
export const maxStreams = { perCaller: 300, perConnection: 100 };
