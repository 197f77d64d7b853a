"use client";

import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { canAnswer, canTalk } from "@/session/view";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import { HandsFreeSwitch } from "./HandsFreeSwitch";
import { MicrophoneHelp } from "./MicrophoneHelp";
import styles from "./room.module.css";
import { TalkButton } from "./TalkButton";
import { TypeBox } from "./TypeBox";

/** How to answer: talk, or type. */
export function AnswerDock({ session, state }: { session: Session; state: RoomState }) {
  const words = useWords();
  const recording = state.answer?.recording ?? false;
  const { microphone } = state;
  return (
    <footer className={styles.dock}>
      <div className={styles.dockInner}>
        {microphone.state === "problem" ? (
          <MicrophoneHelp problem={microphone.problem} onRetry={session.microphone.open} />
        ) : microphone.state === "off" ? null : (
          <div className={styles.talkGroup}>
            <TalkButton session={session} recording={recording} enabled={canTalk(state)} />
            {recording && (
              <button
                type="button"
                className={ui.button}
                onClick={() => void session.answering.discard()}
                data-testid="discard"
              >
                {words.room.discard}
              </button>
            )}
          </div>
        )}
        {microphone.state === "ready" && <HandsFreeSwitch session={session} state={state} />}
        <TypeBox enabled={canAnswer(state)} onSend={session.answering.sendText} />
      </div>
    </footer>
  );
}
