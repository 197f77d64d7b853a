"use client";

import type { Evaluation, Quote, Scorecard as Card } from "@/api/evaluation";
import { evaluateAnew, retryEvaluation } from "@/api/evaluation";
import { useAction } from "@/account/useAction";
import { Choice } from "@/ui/Field";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useNames } from "../colleagues";
import desk from "../desk.module.css";
import { CompetencyScore } from "./CompetencyScore";
import styles from "./review.module.css";
import { number, standingOf, totalOf } from "./words";

interface Props {
  interviewId: string;
  hasEnded: boolean;
  evaluations: Evaluation[];
  /** Null while there is none, or it is being read. */
  card: Card | null;
  chosen: number | null;
  onChoose: (number: number) => void;
  onQuote: (quote: Quote, from: HTMLElement) => void;
  onChanged: () => void;
}

const KIND: Record<Evaluation["kind"], string> = {
  anew: "",
  corrected: ", after a correction",
  reevaluated: ", to compare",
};

/** Scores, and where there are none, why, and what can be done. */
export function Scorecard(props: Props) {
  const { interviewId, hasEnded, evaluations, card, chosen, onChoose, onQuote, onChanged } = props;
  const { busy, problem, run } = useAction();
  const nameOf = useNames();
  const evaluation = evaluations.find((one) => one.number === chosen) ?? null;
  const standing = standingOf(evaluation, hasEnded);
  const isRunning = evaluations.some((one) => one.state === "running");
  const total = card && totalOf(card);
  const ask = (work: () => Promise<unknown>) => void run(work).then((done) => done && onChanged());

  return (
    <section className={styles.scores} aria-labelledby="scores" data-testid="scorecard" data-state={evaluation?.state ?? "none"}>
      <header className={styles.scoresHead}>
        <h2 id="scores">Scores</h2>
        {total && (
          <p className={styles.total} data-testid="total">
            <strong>{number(total.score)}</strong> of 5
            <span className={ui.small}>
              {total.coverage < 1 && `, over ${Math.round(total.coverage * 100)} % of the weight`}
              {total.isReviewed && card.total !== null && `, ${number(card.total)} by the model alone`}
            </span>
          </p>
        )}
      </header>
      <Problem text={problem} />
      {standing && (
        <div
          className={evaluation?.state === "pending" ? ui.warning : ui.panel}
          role={isRunning ? "status" : undefined}
          data-testid="standing"
        >
          <p>
            <strong>{standing.title}.</strong> {standing.text}
          </p>
          {evaluation?.state === "pending" && (
            <button
              type="button"
              className={ui.button}
              disabled={busy}
              onClick={() => ask(() => retryEvaluation(interviewId, evaluation.number))}
              data-testid="retry-evaluation"
            >
              {busy ? "One moment…" : "Ask again for what is missing"}
            </button>
          )}
          {!evaluation && hasEnded && (
            <button type="button" className={ui.button} disabled={busy} onClick={() => ask(() => evaluateAnew(interviewId))}>
              Score it now
            </button>
          )}
        </div>
      )}
      {card?.needs_human && (
        <p className={ui.warning} data-testid="needs-human">
          A person has to look before anything is made of these scores. Where, and why, stands at each of them.
        </p>
      )}
      {card?.competencies.map((score) => (
        <CompetencyScore
          key={score.competency_id}
          interviewId={interviewId}
          evaluation={card.number}
          score={score}
          by={nameOf(score.override?.overridden_by ?? null)}
          onQuote={onQuote}
          onOverridden={onChanged}
        />
      ))}
      {evaluation && (
        <footer className={styles.form}>
          {evaluations.length > 1 && (
            <div className={desk.narrow}>
              <Choice label="Evaluation" value={String(chosen)} onValue={(value) => onChoose(Number(value))}>
                {evaluations.map((one) => (
                  <option key={one.number} value={one.number}>
                    {one.number}, {moment(one.created_at)}
                    {KIND[one.kind]}
                  </option>
                ))}
              </Choice>
            </div>
          )}
          {card && card.cost.calls > 0 && (
            <p className={ui.small}>
              {card.cost.calls} calls of {card.cost.models.join(", ")}, {card.cost.input_tokens + card.cost.output_tokens} tokens.
              A model proposes; a person decides.
            </p>
          )}
          {!isRunning && evaluation.state !== "pending" && evaluation.reason !== "no_rubric" && (
            <div>
              <button
                type="button"
                className={desk.small}
                disabled={busy}
                onClick={() => ask(() => evaluateAnew(interviewId))}
                data-testid="evaluate-anew"
              >
                Score it anew
              </button>
            </div>
          )}
        </footer>
      )}
    </section>
  );
}
