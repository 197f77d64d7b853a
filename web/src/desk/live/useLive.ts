"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { readLive, type Live } from "@/api/live";
import { useFollower, type Following } from "@/follow/useFollower";
import { afterOf, isOver, known, type Known } from "./following";
import { Herald } from "./herald";
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
        if (before && herald.current) announce(herald.current, before, after, name);
      }
      const live = last.current.known?.live;
      return live && isOver(live) ? null : AGAIN_MS;
    },
    [interviewId, name],
  );
  const following = useFollower(look);
  return { ...following, known: now, said };
}

function announce(herald: Herald, before: Known, after: Known, name: string): void {
  const sentence = aloud(after.live, name);
  if (sentence !== aloud(before.live, name)) herald.stands(sentence);
  const there = new Set(before.lines?.map((line) => line.sequence));
  const added = (after.lines ?? []).filter((line) => !there.has(line.sequence));
  const lastOne = added.at(-1);
  if (lastOne) herald.heard(speakerOf(lastOne, name), added.length);
}

function speakerOf(line: NonNullable<Live["lines"]>[number], name: string): string {
  return line.speaker === "candidate" ? name : "The interviewer";
}
