import type { Transcript as Line } from "@/protocol/messages.gen";
import type { Utterance } from "@/session/state";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

interface Props {
  lines: Line[];
  /** Of the interview. */
  language: string;
  /** What is still to be heard is not read ahead. */
  unheard?: Utterance[];
  /** The interview is over: all of it is shown. */
  done?: boolean;
}

export function Transcript({ lines, language, unheard = [], done = false }: Props) {
  const { room: words } = useWords();
  const hidden = new Set(unheard.filter((each) => !each.finished).map((each) => each.sequence));
  const shown = lines.filter((line) => !hidden.has(line.sequence));
  if (shown.length === 0) return null;
  return (
    <details className={styles.transcript} open={done} data-testid="transcript">
      <summary>{done ? words.said : words.soFar}</summary>
      <ol>
        {shown.map((line) => (
          <li key={line.sequence} data-role={line.role} data-sequence={line.sequence}>
            <span className={styles.who}>
              {line.role === "candidate" ? words.you : words.interviewer}
            </span>
            <p lang={language}>{line.text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}
