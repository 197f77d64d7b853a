"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Confirm } from "./Confirm";

/** While there is something that is not saved: asks before a link, or the browser, leaves the page. */
export function GuardUnsaved({ isUnsaved, what }: { isUnsaved: boolean; what: string }) {
  const router = useRouter();
  const [wanted, setWanted] = useState<string | null>(null);

  useEffect(() => {
    if (!isUnsaved) return;
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    const follow = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest?.("a[href]");
      if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const isWithin = link.pathname === window.location.pathname && link.search === window.location.search;
      if (isWithin || link.origin !== window.location.origin) return;
      event.preventDefault();
      event.stopPropagation();
      setWanted(link.pathname + link.search + link.hash);
    };
    window.addEventListener("beforeunload", unload);
    // Before the router sees it.
    document.addEventListener("click", follow, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", unload);
      document.removeEventListener("click", follow, { capture: true });
    };
  }, [isUnsaved]);

  return (
    <Confirm
      act="leave"
      open={wanted !== null}
      title="Leave without saving?"
      yes="Leave"
      no="Stay"
      onYes={() => {
        const to = wanted;
        setWanted(null);
        if (to) router.push(to);
      }}
      onNo={() => setWanted(null)}
    >
      {what} is not saved yet, and is lost.
    </Confirm>
  );
}
