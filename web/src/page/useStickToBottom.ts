import { useCallback, useEffect, useLayoutEffect, useRef } from "react";

const NEAR_PX = 80;

/**
 * Keeps the end of the page in view while `content` grows, as long as the reader is there. Who has scrolled up is left
 * in peace. Returns how to go to the end at the reader's own wish.
 */
export function useStickToBottom(content: unknown): () => void {
  const isAtBottom = useRef(true);

  useEffect(() => {
    function look(): void {
      const { scrollHeight } = document.documentElement;
      isAtBottom.current = window.scrollY + window.innerHeight >= scrollHeight - NEAR_PX;
    }
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs whenever the content has changed
  useLayoutEffect(() => {
    if (isAtBottom.current) window.scrollTo(0, document.documentElement.scrollHeight);
  }, [content]);

  return useCallback(() => {
    isAtBottom.current = true;
  }, []);
}
