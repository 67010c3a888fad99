// What kind of picture a file is, by its first bytes: names of files, and so the types that browsers give, are often wrong.

const signatures: readonly [pattern: RegExp, contentType: string][] = [
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^\x89PNG\r\n/, "image/png"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
  [/^.{4}ftyp.{0,40}?avi[fs]/s, "image/avif"],
  [/^.{4}ftyp.{0,40}?(?:hei[cxms]|hev[cxms]|mif1|msf1)/s, "image/heic"],
];

/** The content type of a picture, or null where the bytes are of no kind that the server takes. */
export async function sniffContentType(file: Blob): Promise<string | null> {
  const bytes = new Uint8Array(await file.slice(0, 48).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  return signatures.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}
