// Worlds that have become what the matrix names them: relations as the viewers' names say, and the target as its own.

import { statement } from "@pixora/db";
import { presentExport, requestExport } from "../../account/account.export.ts";
import { updateUser } from "../../account/account.profile.ts";
import { requestPasswordReset } from "../../auth/auth.credential.ts";
import { deleteAccount } from "../../auth/auth.deletion.ts";
import { type MailTokenRow, writeMailToken } from "../../auth/auth.mail.token.ts";
import { createBlock } from "../../block/block.service.ts";
import { setCommentRemoval } from "../../comment/comment.removal.ts";
import { deleteComment } from "../../comment/comment.service.ts";
import { createFollow } from "../../follow/follow.service.ts";
import { suspendUser } from "../../moderation/moderation.service.ts";
import { createMute } from "../../mute/mute.service.ts";
import { commitFacts } from "../../platform/outbox.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { setPostRemoval } from "../../post/post.removal.ts";
import { deletePost, updatePost } from "../../post/post.service.ts";
import { suspend } from "../people.ts";
import { workOff } from "../work-off.ts";
import { type TargetName, targets } from "./rules.ts";
import { createWorld, password, type World } from "./world.ts";

/** A world for every target. */
export type Targets = readonly { target: TargetName; world: World }[];

/** Makes them all. Nothing that follows from the last changes has been worked off: what is hidden is hidden at once. */
export async function createTargets(deps: Deps): Promise<Targets> {
  const made = await Promise.all(
    targets.map(async (target) => ({ target, world: await createWorld(deps, { label: target }) })),
  );
  for (const { world } of made) await askForLinks(deps, world);
  // Notifications are made while everyone sees everything: what they show later is the question.
  await workOff(deps);
  for (const { world } of made) world.links = await readLinks(deps, world);
  await Promise.all(
    made.map(async ({ target, world }) => {
      await takeStands(deps, world);
      await changeTarget[target](deps, world);
      if (target === "privateAccount") await askToFollow(deps, world);
    }),
  );
  return made;
}

async function askForLinks(deps: Deps, { people: { owner } }: World): Promise<void> {
  await requestPasswordReset(deps, { email: owner.email });
  await requestExport(deps, { actorId: owner.id });
}

const selectReset = statement<MailTokenRow>(
  "matrix.selectReset",
  `select id, kind, email, user_id as "userId", sign_up_id as "signUpId", salt, expires_at as "expiresAt"
   from auth_tokens where user_id = $1 and kind = 'passwordReset'`,
);

/** The links that the owner has by now: tokens are made again, as the worker made them. */
async function readLinks(deps: Deps, { people: { owner } }: World): Promise<World["links"]> {
  const row = await deps.db.sql.one(selectReset, [owner.id]);
  const { url } = await presentExport(deps, { viewerId: owner.id });
  return { resetToken: writeMailToken(deps, row), archivePath: new URL(url ?? "").pathname };
}

async function takeStands(deps: Deps, { people }: World): Promise<void> {
  const { owner, muted, blocker, blocked, suspended, deleted } = people;
  await createMute(deps, { actorId: muted.id, userId: owner.id });
  await createBlock(deps, { actorId: blocker.id, userId: owner.id });
  await createBlock(deps, { actorId: owner.id, userId: blocked.id });
  await suspend(deps, { userId: suspended.id });
  await deleteAccount(deps, { actorId: deleted.id, password });
}

function askToFollow(deps: Deps, { people }: World): Promise<unknown> {
  return createFollow(deps, { actorId: people.requested.id, userId: people.owner.id });
}

const changeTarget: Record<TargetName, (deps: Deps, world: World) => Promise<unknown>> = {
  public: async () => undefined,
  followersOnly: (deps, { people, postId }) =>
    updatePost(deps, { actorId: people.owner.id, postId, visibility: "followers" }),
  privateAccount: (deps, { people }) => updateUser(deps, { actorId: people.owner.id, isPrivate: true }),
  async deletedPost(deps, { people, postId, awayCommentId }) {
    await deleteComment(deps, { actorId: people.owner.id, commentId: awayCommentId });
    await deletePost(deps, { actorId: people.owner.id, postId });
  },
  removedPost: (deps, { postId, awayCommentId }) =>
    commitFacts(deps, async (tx) => {
      await setPostRemoval(tx, { postId, decisionId: "1" });
      await setCommentRemoval(tx, { commentId: awayCommentId, decisionId: "1" });
    }),
  deletedAccount: (deps, { people }) => deleteAccount(deps, { actorId: people.owner.id, password }),
  suspendedAccount: (deps, { people }) => suspendUser(deps, { actorId: people.moderator.id, userId: people.owner.id }),
};
