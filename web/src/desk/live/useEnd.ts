"use client";

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** So far from the end is still at it. */
const NEAR_PX = 48;

interface End {
  pane: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** Something came below what is in sight. */
  isBehind: boolean;
  toEnd: () => void;
}

/** Keeps the newest of `count` in sight, unless somebody has scrolled away from it. */
export function useEnd(count: number): End {
  const pane = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  // Of how many there were when somebody scrolled away; null at the end.
  const [left, setLeft] = useState<number | null>(null);

  const toEnd = useCallback(() => {
    const { current } = pane;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    if (stays.current) toEnd();
  }, [count, toEnd]);

  useEffect(() => {
    const { current } = pane;
    if (!current) return;
    // As when a phone is turned.
    const resized = new ResizeObserver(() => stays.current && toEnd());
    resized.observe(current);
    return () => resized.disconnect();
  }, [toEnd]);

  const onScroll = () => {
    const { current } = pane;
    if (!current) return;
    stays.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_PX;
    const isAtEnd = stays.current;
    setLeft((before) => (isAtEnd ? null : (before ?? count)));
  };
  return { pane, onScroll, isBehind: left !== null && count > left, toEnd };
}
