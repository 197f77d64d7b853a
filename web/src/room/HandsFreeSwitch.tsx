"use client";

import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import styles from "./room.module.css";

const HINT: Record<RoomState["handsFree"], string> = {
  off: "",
  loading: "Getting ready…",
  on: "Just talk. Your answer is sent when you fall silent.",
  failed: "Hands-free does not work in this browser. The button does.",
};

export function HandsFreeSwitch({ session, state }: { session: Session; state: RoomState }) {
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
        Hands-free
      </button>
      <span id="hands-free-hint" className={styles.hint} role="status">
        {HINT[handsFree]}
      </span>
    </div>
  );
}
