"use client";

import type { MicrophoneProblem } from "@/session/state";
import { MICROPHONE_FIX } from "@/session/wording";
import ui from "@/ui/ui.module.css";
import styles from "./room.module.css";

interface Props {
  problem: MicrophoneProblem;
  onRetry: () => Promise<void>;
}

export function MicrophoneHelp({ problem, onRetry }: Props) {
  const { title, fix } = MICROPHONE_FIX[problem];
  return (
    <div className={styles.help} role="status" data-testid="microphone-help" data-problem={problem}>
      <div>
        <p className={styles.helpTitle}>{title}</p>
        <p>{fix} You can type your answers meanwhile.</p>
      </div>
      <button
        type="button"
        className={ui.button}
        onClick={() => void onRetry()}
        data-testid="retry-microphone"
      >
        Try again
      </button>
    </div>
  );
}
