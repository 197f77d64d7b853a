"use client";

import { useEffect } from "react";

/** Asks every `afterMs` while it `isWanted` and somebody looks: at once when they come back. */
export function useAgain(isWanted: boolean, afterMs: number, ask: () => void): void {
  useEffect(() => {
    if (!isWanted) return;
    const look = () => document.visibilityState === "visible" && ask();
    const timer = setInterval(look, afterMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [isWanted, afterMs, ask]);
}
