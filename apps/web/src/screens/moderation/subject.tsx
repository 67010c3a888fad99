// What a case, a decision or a report is about, in a few words.
import type { Case } from "../../app/types.ts";
import { moderationWords } from "../../words/en.moderation.ts";

const say = moderationWords;

type Subject = Case["subject"];
export type SubjectKind = keyof typeof say.subjects;

export function kindOf(subject: Subject): SubjectKind {
  if ("postId" in subject) return "post";
  return "commentId" in subject ? "comment" : "user";
}

/** "Post of @ann". */
export function saySubject({ subject, user }: Pick<Case, "subject" | "user">): string {
  const kind = say.subjects[kindOf(subject)];
  return user === null ? `${kind}: ${say.gone}` : say.of(kind, user.handle);
}
