// Links to what opens over a page: a post, a list of people, a new post. Promise: the page below stays as it is, and going
// back closes what lies on top.
import { Link, type LinkProps, useCanGoBack, useNavigate, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** What the address says of what lies over the page. */
export interface Over {
  /** A post's id. */
  post?: string | undefined;
  /** As in "followers:12", "likers:34", "requests". */
  people?: string | undefined;
  compose?: string | undefined;
}

export function readOver(search: Record<string, unknown>): Over {
  const text = (name: string) => (typeof search[name] === "string" ? search[name] : undefined);
  return { post: text("post"), people: text("people"), compose: text("compose") };
}

interface OverLinkProps {
  children: ReactNode;
  className?: string | undefined;
  "aria-label"?: string;
  tabIndex?: number;
}

/** Opens a post over the page; its address is that of the post's own page. */
export function PostLink({ postId, ...rest }: OverLinkProps & { postId: string }) {
  const mask = { to: "/posts/$postId", params: { postId }, search: {}, unmaskOnReload: true } as const;
  const over = { to: ".", search: (before: Over) => ({ ...before, post: postId }), mask } as LinkProps;
  return <Link {...over} resetScroll={false} preload={false} {...rest} />;
}

/** Opens something else over the page. */
export function OverLink({ over, ...rest }: OverLinkProps & { over: Over }) {
  const link = { to: ".", search: (before: Over) => ({ ...before, ...over }) } as LinkProps;
  return <Link {...link} resetScroll={false} preload={false} {...rest} />;
}

/** The same, from code. */
export function useOpen() {
  const navigate = useNavigate();
  return {
    openPost(postId: string): void {
      const mask = { to: "/posts/$postId", params: { postId }, search: {}, unmaskOnReload: true };
      const search = (before: Over) => ({ ...before, post: postId });
      void navigate({ to: ".", search, mask, resetScroll: false } as never);
    },
    open(over: Over): void {
      void navigate({ to: ".", search: (before: Over) => ({ ...before, ...over }), resetScroll: false } as never);
    },
  };
}

/** Closes what lies on top. */
export function useCloseOver(): (name: keyof Over) => void {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const navigate = useNavigate();
  return (name) => {
    if (canGoBack) router.history.back();
    else
      void navigate({ to: ".", search: (before: Over) => ({ ...before, [name]: undefined }), replace: true } as never);
  };
}
