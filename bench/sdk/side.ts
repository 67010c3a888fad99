// What each side of the `sdk` workload offers to the page that measures it, and the cards that all of them draw.
import { createElement, type ReactElement } from "react";

export interface Side {
  /** Two lists of cards, with `cards` posts each. */
  App(props: { cards: number }): ReactElement;
  /** Loads both lists without showing them, `count` posts each. Answers what must be kept alive. */
  load(count: number): Promise<unknown>;
}

/** How often a card and a list were drawn. */
export const drawn = { cards: 0, lists: 0 };

export interface CardProps {
  caption: string;
  isLiked: boolean;
  likeCount: number;
  onToggle(): void;
  id: string;
}

/** The inside of a card: the same for all. */
export function drawCard({ id, caption, isLiked, likeCount, onToggle }: CardProps): ReactElement {
  drawn.cards += 1;
  return createElement(
    "article",
    null,
    createElement("p", null, caption),
    createElement("button", { "data-post": id, "aria-pressed": isLiked, onClick: onToggle, type: "button" }, likeCount),
  );
}

export function drawList(children: ReactElement[]): ReactElement {
  drawn.lists += 1;
  return createElement("section", null, children);
}
