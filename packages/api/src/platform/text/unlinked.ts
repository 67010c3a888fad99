// Names as they stand in mails. Promise: no mail program makes a link of them.

// Characters that end a label for browsers, too: U+2024, U+3002, U+FF0E and U+FF61.
const joints = /(?<=\S)[.\u2024\u3002\uff0e\uff61:@](?=\S)/gu;

/**
 * A name whose dots, colons and at-signs between other characters stand in brackets: "www[.]pills[.]com". Readers know the
 * form from warnings of such links. Invisible characters in their place are passed over by some programs, are lost where
 * a mail is turned into plain text, and would take account mails out of ASCII.
 */
export function unlinked(name: string): string {
  return name.replaceAll(joints, "[$&]");
}
