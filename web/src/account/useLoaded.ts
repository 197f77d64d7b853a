"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useSignedOut } from "./signed-in";
import { useAccountWords } from "./spoken";
import { saidOf } from "./wording";

export interface Loaded<T> {
  /** Null until the first answer. Stays while it is asked for anew. */
  data: T | null;
  /** Empty while all is well. */
  problem: string;
  reload: () => void;
}

/** What `load` answers; asked again whenever it is another function. The last one asked counts. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const signedOut = useSignedOut();
  const words = useAccountWords();
  const [data, setData] = useState<T | null>(null);
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);
  const asked = useRef(0);

  const reload = useCallback(async () => {
    const mine = ++asked.current;
    try {
      const answer = await load();
      if (mine !== asked.current) return;
      setData(answer);
      setFailure(null);
    } catch (error) {
      if (mine === asked.current && !signedOut(error)) setFailure({ error });
    }
  }, [load, signedOut]);

  useEffect(() => {
    // State is set only after the answer has come.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void reload();
  }, [reload]);

  const again = useCallback(() => void reload(), [reload]);
  return { data, problem: failure ? saidOf(failure.error, words) : "", reload: again };
}
