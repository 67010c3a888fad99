// What people wrote, with links for the mentions and tags that the server found in it, and for web addresses.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import css from "./rich-text.module.css";

interface RichTextProps {
  text: string;
  mentions: readonly { handle: string }[];
  hashtags?: readonly string[];
}

const marks = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])|([@#])([\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_.]*)/gu;

export function RichText({ text, mentions, hashtags = [] }: RichTextProps) {
  const tags = new Set(hashtags.map((tag) => tag.toLowerCase()));
  const handles = new Set(mentions.map(({ handle }) => handle.toLowerCase()));
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(marks)) {
    const [, url, sign, word = ""] = match;
    const link =
      url === undefined
        ? linkOf({ isMention: sign === "@", word, handles, tags, key: match.index })
        : linkTo(url, match.index);
    if (link === null) continue;
    parts.push(text.slice(at, match.index), link.node);
    at = match.index + link.length;
  }
  parts.push(text.slice(at));
  return (
    <span className={css.text} dir="auto">
      {parts}
    </span>
  );
}

function linkTo(url: string, key: number) {
  const node = (
    <a key={key} href={url} rel="noopener noreferrer nofollow" target="_blank">
      {url.replace(/^https?:\/\/(?:www\.)?/, "")}
    </a>
  );
  return { node, length: url.length };
}

interface Marked {
  isMention: boolean;
  word: string;
  handles: ReadonlySet<string>;
  tags: ReadonlySet<string>;
  key: number;
}

function linkOf({ isMention, word, handles, tags, key }: Marked) {
  const known = isMention ? handles : tags;
  // A full stop at the end may be the sentence's.
  const name = [word, word.replace(/\.+$/, "")].find((one) => known.has(one.normalize("NFC").toLowerCase()));
  if (name === undefined) return null;
  const node = isMention ? (
    <Link key={key} to="/users/$handle" params={{ handle: name.toLowerCase() }}>
      @{name}
    </Link>
  ) : (
    <Link key={key} to="/tags/$tag" params={{ tag: name }}>
      #{name}
    </Link>
  );
  return { node, length: name.length + 1 };
}
