// The SQL texts of the outbox, each with a name. Promises: all of them stand in one list, so that whoever runs them can
// prepare them all, and list them without running any.

/** A text that an OutboxQuery runs. */
export interface OutboxText {
  /** room.verbNoun, unique in the house. */
  readonly name: string;
  readonly text: string;
}

const texts: OutboxText[] = [];

/** Every text of this package, once its files are loaded. */
export const outboxTexts: readonly OutboxText[] = texts;

/** Names a text and lists it. To be called when a file is loaded: later it would be too late for the list. */
export function outboxText(name: string, text: string): OutboxText {
  const made = { name, text };
  texts.push(made);
  return made;
}
