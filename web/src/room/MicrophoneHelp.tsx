"use client";

import type { MicrophoneProblem } from "@/session/state";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

interface Props {
  problem: MicrophoneProblem;
  onRetry: () => Promise<void>;
}

export function MicrophoneHelp({ problem, onRetry }: Props) {
  const words = useWords();
  const { title, fix } = words.microphone[problem];
  return (
    <div className={styles.help} role="status" data-testid="microphone-help" data-problem={problem}>
      <div>
        <p className={styles.helpTitle}>{title}</p>
        <p>
          {fix} {words.room.typeMeanwhile}
        </p>
      </div>
      <button
        type="button"
        className={ui.button}
        onClick={() => void onRetry()}
        data-testid="retry-microphone"
      >
        {words.tryAgain}
      </button>
    </div>
  );
}
