"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import { readAccount, waysIn, type Account, type Methods } from "@/api/account";
import { isPage, nextPlace } from "./places";

export interface Guest {
  /** Null until the server has told. */
  ways: Methods | null;
  /** On to where they wanted to go. */
  welcome: (account: Account) => void;
}

/** Somebody in front of the door. Whoever turns out to be signed in goes on at once. */
export function useGuest(): Guest {
  const router = useRouter();
  const [ways, setWays] = useState<Methods | null>(null);

  const welcome = useCallback(
    (account: Account) => {
      const place = nextPlace(new URLSearchParams(window.location.search).get("next"), account);
      if (isPage(place)) router.replace(place);
      else window.location.replace(place);
    },
    [router],
  );

  useEffect(() => {
    readAccount().then(welcome, () => undefined);
    // Without an answer there is still the form, whose own answer says what is wrong.
    waysIn().then(setWays, () => undefined);
  }, [welcome]);

  return { ways, welcome };
}
