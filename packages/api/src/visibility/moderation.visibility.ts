// What authors are told, in the views of what they made, of the moderators' decisions about it, as SQL text.

/** A mark of the moderators on a post or comment, for its author. The last three are null while nobody has decided. */
export interface ModerationMark {
  state: "removed" | "limited" | "underReview";
  decisionId: string | null;
  rule: string | null;
  text: string | null;
}

/**
 * SQL text: the heaviest mark as a JSON ModerationMark, null for none. All are SQL expressions: the decisions that remove
 * and limit, and the case that holds. Nearly everything has none, and costs no look.
 */
export function moderationMarkSql(by: { removedBy: string; limitedBy: string; heldBy: string }): string {
  const { removedBy, limitedBy, heldBy } = by;
  return `case when coalesce(${removedBy}, ${limitedBy}, ${heldBy}) is not null then (
            select json_build_object('state', case when ${removedBy} is not null then 'removed'
                                                   when ${limitedBy} is not null then 'limited' else 'underReview' end,
                                     'decisionId', coalesce(${removedBy}, ${limitedBy})::text,
                                     'rule', decision.rule, 'text', decision.text)
            from (select 1) one left join decisions decision on decision.id = coalesce(${removedBy}, ${limitedBy})) end`;
}
