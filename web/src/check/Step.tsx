import { useId, type ReactNode } from "react";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";

export type Standing = "open" | "works" | "attention";

interface Props {
  name: "microphone" | "speaker" | "network";
  title: string;
  hint: string;
  standing: Standing;
  children: ReactNode;
}

/** One thing that is checked, and how it stands. */
export function Step({ name, title, hint, standing, children }: Props) {
  const id = useId();
  const words = useWords().check;
  return (
    <section
      className={styles.step}
      aria-labelledby={id}
      data-testid={`check-${name}`}
      data-standing={standing}
    >
      <div className={styles.heading}>
        <h2 id={id}>{title}</h2>
        <p className={styles.standing} data-standing={standing} role="status">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden fill="none" stroke="currentColor" strokeWidth="2">
            {standing === "works" && <path d="m3.5 8.5 3 3 6-7" strokeLinecap="round" strokeLinejoin="round" />}
            {standing === "attention" && <path d="M8 3.5v5M8 12v.5" strokeLinecap="round" />}
            {standing === "open" && <circle cx="8" cy="8" r="5" strokeDasharray="2 2.5" />}
          </svg>
          {words[standing]}
        </p>
      </div>
      <p className={styles.hint}>{hint}</p>
      {children}
    </section>
  );
}

/** What is wrong, and how it is put right. */
export function Fix({ problem, title, fix }: { problem: string; title: string; fix: string }) {
  return (
    <div className={styles.fix} role="alert" data-testid="check-problem" data-problem={problem}>
      <p className={styles.fixTitle}>{title}</p>
      <p>{fix}</p>
    </div>
  );
}
