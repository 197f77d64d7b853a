"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useSignedOut } from "./signed-in";
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
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState("");
  const asked = useRef(0);

  const reload = useCallback(async () => {
    const mine = ++asked.current;
    try {
      const answer = await load();
      if (mine !== asked.current) return;
      setData(answer);
      setProblem("");
    } catch (error) {
      if (mine === asked.current && !signedOut(error)) setProblem(saidOf(error));
    }
  }, [load, signedOut]);

  useEffect(() => {
    // State is set only after the answer has come.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void reload();
  }, [reload]);

  const again = useCallback(() => void reload(), [reload]);
  return { data, problem, reload: again };
}
