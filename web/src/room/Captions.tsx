import type { Utterance } from "@/session/state";
import { heardCaptions } from "@/session/view";
import styles from "./room.module.css";

/** The interviewer's words, each sentence as its sound begins. Screen readers have the sound. */
export function Captions({ utterance }: { utterance: Utterance | null }) {
  const heard = utterance ? heardCaptions(utterance) : [];
  return (
    <div
      className={styles.captions}
      data-testid="captions"
      data-playing={utterance?.playing ?? false}
      data-utterance={utterance?.utteranceId ?? ""}
      role="region"
      aria-label="Interviewer"
    >
      {heard.map((caption) => (
        <span key={caption.index} className={styles.sentence} data-sentence={caption.index}>
          {caption.text}{" "}
        </span>
      ))}
    </div>
  );
}
