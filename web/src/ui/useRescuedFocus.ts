"use client";

import { useEffect, useRef, type RefObject } from "react";
import { STAND_IN } from "./keep-focus";

/** For what shows one thing after another: when whatever had the focus went with the one before, it
 * goes to the element, and not to the top of the page. `stage` is other for each of them. */
export function useRescuedFocus<T extends HTMLElement>(stage: string): RefObject<T | null> {
  const element = useRef<T>(null);
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    const focused = document.activeElement;
    const isLost = focused === null || focused === document.body || focused.hasAttribute(STAND_IN);
    if (isLost) element.current?.focus({ preventScroll: true });
  }, [stage]);
  return element;
}
