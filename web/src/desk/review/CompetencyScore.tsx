"use client";

import type { CompetencyScore as Score, Quote } from "@/api/evaluation";
import { moment } from "@/ui/moment";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import { OverrideForm } from "./OverrideForm";
import { QuoteItem } from "./QuoteItem";
import styles from "./review.module.css";
import { holds, HUMAN, needsHuman, number, UNSCORED } from "./words";

interface Props {
  interviewId: string;
  evaluation: number;
  score: Score;
  /** Who said it instead: "You", or a colleague. */
  by: string;
  onQuote: (quote: Quote, from: HTMLElement) => void;
  onOverridden: () => void;
}

/** One competency: its score, why, and the words that it rests on. */
export function CompetencyScore({ interviewId, evaluation, score, by, onQuote, onOverridden }: Props) {
  const { override, unscored } = score;
  const level = holds(score);
  return (
    <article className={styles.competency} aria-labelledby={`c-${score.competency_id}`} data-testid="competency-score" data-competency={score.competency_id}>
      <header className={styles.scoreHead}>
        <div>
          <h3 id={`c-${score.competency_id}`}>{score.name}</h3>
          <p className={ui.small}>{score.definition}</p>
        </div>
        <Level level={level} />
      </header>
      {needsHuman(score) && <Badge name="A person has to look" tone="warn" />}
      {override && (
        <p className={styles.override} data-testid="override">
          {override.score === null ? (
            <>The model&apos;s score holds again. </>
          ) : (
            <>
              {by} gave {override.score} instead of {score.score === null ? "no score" : number(score.score)},{" "}
              {moment(override.created_at)}.{" "}
            </>
          )}
          “{override.reason}”
        </p>
      )}
      {unscored && <p>{UNSCORED[unscored]}</p>}
      {score.human.length > 0 && (
        <ul className={styles.why}>
          {score.human.map((reason) => (
            <li key={reason}>{HUMAN[reason]}</li>
          ))}
        </ul>
      )}
      {score.reason && <p>{score.reason}</p>}
      {score.evidence.length > 0 && (
        <ul className={styles.quotes} aria-label={`What was said for ${score.name}`}>
          {score.evidence.map((quote) => (
            <QuoteItem key={`${quote.utterance_id} ${quote.start}`} quote={quote} onQuote={onQuote} />
          ))}
        </ul>
      )}
      <details className={styles.more}>
        <summary>The scale, and how it was scored</summary>
        <ol className={styles.scale}>
          {score.anchors.map((anchor, index) => (
            <li key={anchor} data-holds={level !== null && Math.round(level) === index + 1}>
              {anchor}
            </li>
          ))}
        </ol>
        <p className={ui.small}>
          {score.samples.length > 0
            ? `Samples: ${score.samples.map((sample) => sample ?? "none").join(", ")}. `
            : "There are no samples. "}
          Weight {score.weight}.
        </p>
      </details>
      <OverrideForm interviewId={interviewId} evaluation={evaluation} score={score} onOverridden={onOverridden} />
    </article>
  );
}

/** "3 of 5", and as five steps. */
export function Level({ level }: { level: number | null }) {
  if (level === null) {
    return (
      <p className={styles.level} data-testid="level">
        <span className={styles.nothing}>No score</span>
      </p>
    );
  }
  return (
    <p className={styles.level} data-testid="level">
      <span>
        <strong>{number(level)}</strong> <span className={ui.small}>of 5</span>
      </span>
      <svg viewBox="0 0 58 8" width="58" height="8" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((step) => (
          <rect
            key={step}
            x={(step - 1) * 12}
            width="10"
            height="8"
            rx="2"
            className={styles.step}
            data-on={level >= step - 0.5}
          />
        ))}
      </svg>
    </p>
  );
}
