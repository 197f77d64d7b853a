"use client";

import type { PointerEvent } from "react";
import type { Session } from "@/session/session";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";
import { TALK_BUTTON_ID, useHoldToTalk } from "./useHoldToTalk";

interface Props {
  session: Session;
  recording: boolean;
  enabled: boolean;
}

export function TalkButton({ session, recording, enabled }: Props) {
  const { room: words } = useWords();
  const { hold, held } = useHoldToTalk(session);

  const down = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    hold.press();
  };

  return (
    <button
      id={TALK_BUTTON_ID}
      type="button"
      className={styles.talk}
      // Not `disabled`: the button must keep the focus and the finger that is on it.
      aria-disabled={!enabled && !recording}
      aria-pressed={recording}
      aria-describedby="talk-hint"
      data-testid="talk"
      data-recording={recording}
      onPointerDown={down}
      onPointerUp={() => hold.release()}
      onPointerCancel={() => hold.release()}
      onContextMenu={(event) => event.preventDefault()}
      // Without a pointer: Enter, and assistive technology.
      onClick={(event) => {
        if (event.detail === 0) hold.press();
      }}
    >
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden fill="none" stroke="currentColor">
        <rect x="9" y="3" width="6" height="11" rx="3" strokeWidth="2" />
        <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" strokeWidth="2" strokeLinecap="round" />
      </svg>
      <span>{recording ? (held ? words.release : words.sendAnswer) : words.hold}</span>
      <kbd className={styles.key} id="talk-hint">
        {words.space}
      </kbd>
    </button>
  );
}
