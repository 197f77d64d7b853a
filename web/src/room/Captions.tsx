import type { Utterance } from "@/session/state";
import { heardCaptions } from "@/session/view";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

interface Props {
  utterance: Utterance | null;
  /** Stands large above; once it has been said it need not stand here too. */
  question: string;
  /** Of the interview. */
  language: string;
}

/** The interviewer's words, each sentence as its sound begins. Screen readers have the sound. */
export function Captions({ utterance, question, language }: Props) {
  const words = useWords();
  const heard = utterance ? heardCaptions(utterance) : [];
  return (
    <div
      className={styles.captions}
      data-testid="captions"
      data-playing={utterance?.playing ?? false}
      data-utterance={utterance?.utteranceId ?? ""}
      role="region"
      aria-label={words.room.interviewer}
    >
      {heard.map((caption) => (
        <span
          key={caption.index}
          className={styles.sentence}
          lang={language}
          data-sentence={caption.index}
          data-asked={utterance?.finished === true && caption.text.trim() === question.trim()}
        >
          {caption.text}{" "}
        </span>
      ))}
    </div>
  );
}
