"use client";

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { listColleagues } from "@/api/desk";
import { useAccount } from "@/account/signed-in";

interface Known {
  names: ReadonlyMap<string, string>;
  /** They are asked for once, by whatever needs them first. */
  want: () => void;
}

const NOBODY: Known = { names: new Map(), want: () => undefined };
const Context = createContext<Known>(NOBODY);

/** Around all pages of the desk. */
export function KnowColleagues({ children }: { children: ReactNode }) {
  const [names, setNames] = useState(NOBODY.names);
  const asked = useRef(false);
  const want = useCallback(() => {
    if (asked.current) return;
    asked.current = true;
    listColleagues().then(setNames, () => {
      // Nothing depends on them.
      asked.current = false;
    });
  }, []);
  const known = useMemo(() => ({ names, want }), [names, want]);
  return <Context value={known}>{children}</Context>;
}

/** How somebody of the organization is called: "You", their name, or, of one who has none, or is not
 * known, `otherwise`. */
export function useNames(): (userId: string | null, otherwise?: string) => string {
  const { user_id } = useAccount();
  const { names, want } = useContext(Context);
  useEffect(want, [want]);
  return useCallback(
    (userId, otherwise = "A colleague") => {
      if (userId === user_id) return "You";
      return (userId !== null && names.get(userId)) || otherwise;
    },
    [names, user_id],
  );
}
