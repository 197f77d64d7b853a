import type { OwnWords as Words, PendingAnswer } from "@/session/state";
import styles from "./room.module.css";

interface Props {
  words: Words | null;
  answer: PendingAnswer | null;
}

export function OwnWords({ words, answer }: Props) {
  if (!words) return null;
  const waiting = answer?.recording ? "…" : "Writing down what you said…";
  return (
    <div className={styles.own} data-testid="own-words" data-final={words.final}>
      <p className={styles.who}>You</p>
      <p className={words.text ? undefined : styles.faint}>{words.text || waiting}</p>
    </div>
  );
}
