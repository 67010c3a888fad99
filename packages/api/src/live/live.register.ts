// The open streams of a process, by what they are about: a person, a post.

export interface StreamRegister<Stream> {
  add(stream: Stream): void;
  /** False where it was not open. */
  remove(stream: Stream): boolean;
  has(stream: Stream): boolean;
  /** The streams about one subject. */
  of(subject: string): readonly Stream[];
  isAbout(subject: string): boolean;
  all(): Stream[];
}

/** `subjectOf` says what a stream is about; it never changes. */
export function createStreamRegister<Stream>(subjectOf: (stream: Stream) => string): StreamRegister<Stream> {
  const bySubject = new Map<string, Set<Stream>>();
  return {
    add(stream) {
      const streams = bySubject.get(subjectOf(stream)) ?? new Set();
      bySubject.set(subjectOf(stream), streams.add(stream));
    },
    remove(stream) {
      const streams = bySubject.get(subjectOf(stream));
      const wasOpen = streams?.delete(stream) === true;
      if (streams?.size === 0) bySubject.delete(subjectOf(stream));
      return wasOpen;
    },
    has: (stream) => bySubject.get(subjectOf(stream))?.has(stream) === true,
    of: (subject) => [...(bySubject.get(subject) ?? [])],
    isAbout: (subject) => bySubject.has(subject),
    all: () => [...bySubject.values()].flatMap((streams) => [...streams]),
  };
}
