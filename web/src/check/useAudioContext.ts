"use client";

import { useCallback, useEffect, useRef } from "react";

/** The page's one context for sound in and out. To be asked for in a click, which unlocks it. */
export function useAudioContext(): () => AudioContext {
  const context = useRef<AudioContext | null>(null);

  useEffect(
    () => () => {
      void context.current?.close();
      context.current = null;
    },
    [],
  );

  return useCallback(() => {
    context.current ??= new AudioContext({ latencyHint: "interactive" });
    if (context.current.state !== "running") void context.current.resume();
    return context.current;
  }, []);
}
