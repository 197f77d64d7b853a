"use client";

import { useEffect } from "react";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { reconnectingText } from "@/session/wording";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

const INFO_MS = 8_000;

/** One line under the header: a lost connection first, then whatever there is to say. */
export function Banner({ session, state }: { session: Session; state: RoomState }) {
  const words = useWords();
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
          {reconnectingText(state)(words)}
        </p>
      )}
      {!reconnecting && state.pause && (
        <p className={styles.banner} data-kind="info" data-testid="paused-banner">
          {state.pause === "silence" ? words.room.pausedBySilence : words.room.paused}
        </p>
      )}
      {!reconnecting && state.pauseRequested && !state.pause && state.answer && (
        <p className={styles.banner} data-kind="info">
          {words.room.pausing}
        </p>
      )}
      {!reconnecting && notice && !(passing && state.pause) && (
        <p className={styles.banner} data-kind={notice.kind} data-testid="notice">
          {notice.text(words)}
          <button type="button" onClick={session.dismissNotice} aria-label={words.room.dismiss}>
            ×
          </button>
        </p>
      )}
    </div>
  );
}
