"use client";

import type { Phase } from "@/protocol/messages.gen";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { progressLabel } from "@/session/view";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

const SECTIONS: readonly Phase[] = ["introduction", "warmup", "main_questions", "wrap_up"];

interface Props {
  session: Session;
  state: RoomState;
  onEnd: () => void;
}

export function Header({ session, state, onEnd }: Props) {
  const words = useWords();
  const paused = state.pause !== null;
  const connected = state.link === "open" && !state.ended && !state.endRequested;
  return (
    <header className={styles.header}>
      <div className={styles.place}>
        <p className={styles.roleTitle} lang={state.language}>
          {state.title || "Intervue"}
        </p>
        <p className={styles.progressText} data-testid="progress">
          {progressLabel(state, words)}
        </p>
        {state.phase && <Sections phase={state.phase} />}
      </div>
      <div className={ui.row}>
        {paused || state.pauseRequested ? (
          <button
            type="button"
            className={ui.button}
            onClick={session.resume}
            disabled={!connected}
            data-testid="resume"
          >
            {words.room.resume}
          </button>
        ) : (
          <button
            type="button"
            className={ui.button}
            onClick={session.pause}
            disabled={!connected || state.answer?.recording === true}
            data-testid="pause"
          >
            {words.room.pause}
          </button>
        )}
        <button
          type="button"
          className={ui.button}
          onClick={onEnd}
          disabled={!state.entered || state.ended !== null || state.endRequested}
          data-testid="end"
        >
          {state.endRequested ? words.room.ending : words.room.end}
        </button>
      </div>
    </header>
  );
}

/** Four quiet bars; the words beside them say the same. */
function Sections({ phase }: { phase: Phase }) {
  const words = useWords();
  const current = phase === "completed" ? SECTIONS.length : SECTIONS.indexOf(phase);
  return (
    <ol className={styles.sections} aria-label={words.room.sections}>
      {SECTIONS.map((section, index) => (
        <li
          key={section}
          className={index < current ? styles.past : index === current ? styles.here : ""}
          aria-current={index === current ? "step" : undefined}
        >
          <span className="visually-hidden">{words.phases[section]}</span>
        </li>
      ))}
    </ol>
  );
}
