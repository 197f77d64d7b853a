"use client";

import { useEffect, useState } from "react";
import { useSignedOut } from "@/account/signed-in";
import { saidOf } from "@/account/wording";
import { Follower, type Audience, type Look } from "./follower";

export interface Following {
  /** The server does not answer just now; it is asked again by itself. */
  isLost: boolean;
  /** Why nothing is asked any more; empty while all is well. */
  problem: string;
}

/** Follows by `look`, anew whenever it is another function; not at all while it is null. */
export function useFollower(look: Look | null, firstAfterMs = 0): Following {
  const signedOut = useSignedOut();
  const [following, setFollowing] = useState<Following>({ isLost: false, problem: "" });
  useEffect(() => {
    if (!look) return;
    const follower = new Follower(
      look,
      {
        link: (isLost) => setFollowing({ isLost, problem: "" }),
        refused: (error) => setFollowing({ isLost: false, problem: signedOut(error) ? "" : saidOf(error) }),
      },
      AUDIENCE,
    );
    follower.start(firstAfterMs);
    return () => {
      follower.stop();
      setFollowing({ isLost: false, problem: "" });
    };
  }, [look, firstAfterMs, signedOut]);
  return following;
}

const AUDIENCE: Audience = {
  isThere: () => document.visibilityState === "visible",
  onChange: (call) => {
    document.addEventListener("visibilitychange", call);
    window.addEventListener("online", call);
    return () => {
      document.removeEventListener("visibilitychange", call);
      window.removeEventListener("online", call);
    };
  },
};
