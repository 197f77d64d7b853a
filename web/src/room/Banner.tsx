"use client";

import { useEffect } from "react";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { reconnectingText } from "@/session/wording";
import styles from "./room.module.css";

const INFO_MS = 8_000;

/** One line under the header: a lost connection first, then whatever there is to say. */
export function Banner({ session, state }: { session: Session; state: RoomState }) {
  const { notice } = state;
  const passing = notice?.kind === "info";

  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(session.dismissNotice, INFO_MS);
    return () => clearTimeout(timer);
  }, [passing, notice, session]);

  const reconnecting = state.link === "reconnecting";
  return (
    <div className={styles.banners} role="status" aria-live="polite">
      {reconnecting && (
        <p className={styles.banner} data-kind="warning" data-testid="banner">
          {reconnectingText(state)}
        </p>
      )}
      {!reconnecting && state.pause && (
        <p className={styles.banner} data-kind="info" data-testid="paused-banner">
          {state.pause === "silence"
            ? "It was quiet for a while, so the interview has paused. Press Resume when you are back."
            : "Paused. Take all the time you need; you can even close this page and come back."}
        </p>
      )}
      {!reconnecting && state.pauseRequested && !state.pause && state.answer && (
        <p className={styles.banner} data-kind="info">
          Pausing as soon as your answer is saved…
        </p>
      )}
      {!reconnecting && notice && !(passing && state.pause) && (
        <p className={styles.banner} data-kind={notice.kind} data-testid="notice">
          {notice.text}
          <button type="button" onClick={session.dismissNotice} aria-label="Dismiss">
            ×
          </button>
        </p>
      )}
    </div>
  );
}
