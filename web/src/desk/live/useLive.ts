"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { readLive } from "@/api/live";
import { useFollower, type Following } from "@/follow/useFollower";
import { afterOf, isOver, known, type Known } from "./following";
import { Herald, type News } from "./herald";
import { aloud } from "./words";

const AGAIN_MS = 2_000;

export interface Watched extends Following {
  /** Null until the first answer. */
  known: Known | null;
  /** To be said aloud. */
  said: string;
}

/** Follows an interview until it is over. */
export function useLive(interviewId: string, name: string): Watched {
  const [now, setNow] = useState<Known | null>(null);
  const [said, setSaid] = useState("");
  // What the next question goes by, ahead of what is drawn.
  const last = useRef<{ known: Known | null; etag: string | null }>({ known: null, etag: null });
  const herald = useRef<Herald | null>(null);

  useEffect(() => {
    const speaking = new Herald(setSaid);
    herald.current = speaking;
    return () => speaking.stop();
  }, []);

  const look = useCallback(
    async (signal: AbortSignal) => {
      const { known: before, etag } = last.current;
      const told = await readLive(interviewId, afterOf(before?.lines ?? []), etag, signal);
      if (told && !signal.aborted) {
        const after = known(before, told.body);
        last.current = { known: after, etag: told.etag };
        setNow(after);
        if (before) herald.current?.tell(newsOf(before, after, name));
      }
      const live = last.current.known?.live;
      return live && isOver(live) ? null : AGAIN_MS;
    },
    [interviewId, name],
  );
  const following = useFollower(look);
  return { ...following, known: now, said };
}

function newsOf(before: Known, after: Known, name: string): News {
  const standing = aloud(after.live, name);
  const there = new Set(before.lines?.map((line) => line.sequence));
  const added = (after.lines ?? []).filter((line) => !there.has(line.sequence));
  return {
    standing: standing === aloud(before.live, name) ? "" : standing,
    by: added.at(-1)?.speaker === "candidate" ? name : "The interviewer",
    count: added.length,
  };
}
