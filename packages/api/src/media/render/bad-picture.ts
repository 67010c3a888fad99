// What is wrong with somebody's file. On its own, so that a process that renders nothing need not load what renders.

/** The file cannot become a picture; the message is for its owner. */
export class BadPictureError extends Error {
  override name = "BadPictureError";
}
