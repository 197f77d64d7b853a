"use client";

import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

export function HandsFreeSwitch({ session, state }: { session: Session; state: RoomState }) {
  const { room: words } = useWords();
  const { handsFree } = state;
  const isOn = handsFree === "on" || handsFree === "loading";
  return (
    <div className={styles.handsFree}>
      <button
        type="button"
        role="switch"
        aria-checked={isOn}
        aria-describedby="hands-free-hint"
        className={styles.switch}
        onClick={() => session.microphone.setHandsFree(!isOn)}
        data-testid="hands-free"
        data-state={handsFree}
      >
        <span aria-hidden className={styles.switchTrack} />
        {words.handsFree}
      </button>
      <span id="hands-free-hint" className={styles.hint} role="status">
        {words.handsFreeHint[handsFree]}
      </span>
    </div>
  );
}
