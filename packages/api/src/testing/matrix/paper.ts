// Inputs of the right shape for every procedure, naming nothing that exists: for tests of what all procedures share.
import { rows } from "./rows.ts";
import type { CellWorld } from "./table.ts";

const id = "1";
const person = {
  id,
  handle: "somebody",
  email: "somebody@test.example",
  sessionId: id,
  accessToken: "token",
  refreshToken: "token",
  commentId: id,
  directId: id,
};

/** A world that is only good for making inputs of the right shape. */
const paperWorld: CellWorld = {
  label: "paper",
  me: person,
  people: {
    stranger: person,
    follower: person,
    requested: person,
    blocked: person,
    blocker: person,
    muted: person,
    owner: person,
    moderator: person,
    suspended: person,
    deleted: person,
    friend: person,
  },
  postId: id,
  mediaId: id,
  commentId: id,
  replyId: id,
  awayPostId: id,
  awayCommentId: id,
  awayThreadId: id,
  awayReplyId: id,
  caseId: id,
  staffCaseId: id,
  decisionId: id,
  appealedId: id,
  reportId: id,
  staffReportId: id,
  groupId: id,
  groupSeq: 1,
  links: { resetToken: "t".repeat(32), archivePath: "/export/none" },
};

/** Good inputs of a procedure, as the matrix sends them. */
export function inputsOf(path: string): object[] {
  return rows.filter((row) => row.path === path).map((row) => ({ ...(row.input?.(paperWorld) ?? {}) }));
}
