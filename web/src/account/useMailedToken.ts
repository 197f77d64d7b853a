"use client";

import { useEffect, useState } from "react";
import { tokenIn } from "./places";

/** Of a mailed link; null where there is none. `forget` is for one that is no good. */
export function useMailedToken(): { token: string | null; forget: () => void } {
  const [token, setToken] = useState<string | null>(null);

  useEffect(() => {
    const take = () => {
      const found = tokenIn(window.location.hash);
      if (!found) return;
      // Out of the address bar and the history; a reload asks for the mail's link again.
      window.history.replaceState(window.history.state, "", window.location.pathname);
      setToken(found);
    };
    take();
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);

  return { token, forget: () => setToken(null) };
}
