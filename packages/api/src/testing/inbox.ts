// For tests of notifications: what people do, as rows and as the facts that jobs get, and what comes of it.
import { statement } from "@pixora/db";
import type { FactName, FactPayload } from "@pixora/jobs";
import { createComment } from "../comment/comment.service.ts";
import { notifyComments, notifyLikes } from "../notification/notification.notify.ts";
import { countNotifications, listNotifications } from "../notification/notification.service.ts";
import type { Counts } from "../user/user.schema.ts";
import { addLike, removeLike } from "./content.ts";
import type { TestPerson } from "./people.ts";
import type { TestDeps } from "./test-deps.ts";

let serial = 1;

/** A fact as a job gets it, under an id that no other has. */
export function factOf<F extends FactName>(name: F, payload: FactPayload<F>) {
  serial += 1;
  return { id: String(serial), fact: name, payload };
}

const countRows = statement<Counts>(
  "test.countNotifications",
  `select (count(*) filter (where not read))::int as unread, (count(*) filter (where not seen))::int as unseen,
          0 as conversations, 0 as requests
   from notifications where "receiverId" = $1 and not "isHidden"`,
);

/** The doings of people on a test's deps; each is told to the jobs at once. */
export function openInbox(deps: TestDeps) {
  const run = (text: string, values: unknown[]) => deps.db.sql.many(statement<{ id: string }>("test", text), values);

  /** What the facts of a like of a post say. */
  async function likeOf(actor: TestPerson, postId: string) {
    const [author] = await run("select author_id as id from posts where id = $1", [postId]);
    return { postId, commentId: null, actorId: actor.id, receiverId: author?.id ?? "" };
  }

  async function like(actor: TestPerson, postId: string) {
    await addLike(deps, { userId: actor.id, postId });
    await notifyLikes(deps, { facts: [factOf("like.created", await likeOf(actor, postId))] });
  }

  async function unlike(actor: TestPerson, postId: string) {
    await removeLike(deps, { userId: actor.id, postId });
    await notifyLikes(deps, { facts: [factOf("like.deleted", await likeOf(actor, postId))] });
  }

  async function comment(input: {
    author: TestPerson;
    postId: string;
    parentId?: string;
    mentions?: readonly TestPerson[];
  }) {
    const { author, postId, parentId, mentions = [] } = input;
    const text = ["a comment", ...mentions.map(({ handle }) => `@${handle}`)].join(" ");
    const { id: commentId } = await createComment(deps, { actorId: author.id, postId, text, parentId });
    await notifyComments(deps, { facts: [factOf("comment.created", { commentId, postId, authorId: author.id })] });
    return commentId;
  }

  async function typesOf(person: TestPerson) {
    const page = await listNotifications(deps, { viewerId: person.id, limit: 100 });
    return page.items.map((item) => item.type);
  }

  /** The counts as they are kept, and as the rows say they should be. */
  async function readCounts(person: TestPerson): Promise<{ kept: Counts; counted: Counts }> {
    const counted = await deps.db.sql.one(countRows, [person.id]);
    return { kept: await countNotifications(deps, { viewerId: person.id }), counted };
  }

  return { run, likeOf, like, unlike, comment, typesOf, readCounts };
}
