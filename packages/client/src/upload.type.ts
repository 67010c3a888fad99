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
  const bytes = new Uint8Array(await bytesOf(file.slice(0, 48)));
  const head = String.fromCharCode(...bytes);
  return signatures.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** React Native's blobs have no `arrayBuffer` of their own; what reads them there is FileReader. */
function bytesOf(part: Blob): Promise<ArrayBuffer> {
  if (typeof part.arrayBuffer === "function") return part.arrayBuffer();
  if (typeof FileReader === "undefined") return new Response(part).arrayBuffer();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(part);
  });
}
