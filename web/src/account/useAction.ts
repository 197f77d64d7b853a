"use client";

import { useCallback, useState } from "react";
import { useSignedOut } from "./signed-in";
import { useAccountWords } from "./spoken";
import { saidOf } from "./wording";

export interface Action {
  busy: boolean;
  /** Empty while all is well. */
  problem: string;
  /** Whether it has worked. A second one while the first is under way is not begun. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** Something that is asked of the server by a button or a form. */
export function useAction(): Action {
  const signedOut = useSignedOut();
  const words = useAccountWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);

  const run = useCallback(
    async (work: () => Promise<unknown>) => {
      setBusy(true);
      setFailure(null);
      try {
        await work();
        return true;
      } catch (error) {
        if (!signedOut(error)) setFailure({ error });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [signedOut],
  );

  return { busy, problem: failure ? saidOf(failure.error, words) : "", run };
}
