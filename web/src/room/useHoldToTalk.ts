"use client";

import { useEffect, useMemo, useState } from "react";
import type { Session } from "@/session/session";
import { Hold } from "./hold";

export const TALK_BUTTON_ID = "talk";

/** Space works anywhere but where it means something else already. */
const OWN_SPACE = "input, textarea, select, button, a, summary, dialog, [contenteditable], [data-own-space]";

/** `held` is true while key or finger is down, and false while a tap keeps the microphone open. */
export function useHoldToTalk(session: Session): { hold: Hold; held: boolean } {
  const [held, setHeld] = useState(false);
  const hold = useMemo(
    () =>
      new Hold(
        () => session.getState().answer?.recording ?? false,
        session.answering.talk,
        () => void session.answering.stopTalking(),
        setHeld,
      ),
    [session],
  );

  useEffect(() => {
    const isTalkKey = (event: KeyboardEvent) => {
      if (event.code !== "Space" || event.ctrlKey || event.metaKey || event.altKey) return false;
      const target = event.target instanceof Element ? event.target.closest(OWN_SPACE) : null;
      return target === null || target.id === TALK_BUTTON_ID;
    };
    const down = (event: KeyboardEvent) => {
      if (!isTalkKey(event)) return;
      event.preventDefault();
      if (!event.repeat) hold.press();
    };
    const up = (event: KeyboardEvent) => {
      if (isTalkKey(event)) event.preventDefault();
      if (event.code === "Space") hold.release();
    };
    // A key or finger that is lifted elsewhere is not reported here.
    const release = () => hold.release();
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", release);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", release);
    };
  }, [hold]);

  return { hold, held };
}
