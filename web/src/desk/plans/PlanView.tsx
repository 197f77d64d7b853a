import type { Plan } from "@/api/plans";
import ui from "@/ui/ui.module.css";
import styles from "./plans.module.css";
import { minutes, PHASE } from "./words";

/** A version of a plan, to be read. */
export function PlanView({ plan }: { plan: Pick<Plan, "phases" | "competencies"> }) {
  const names = new Map(plan.competencies.map((one) => [one.competency_id, one.name]));
  return (
    <div className={styles.reading} data-testid="plan-view">
      {plan.phases.map((phase) => (
        <section key={phase.phase} className={styles.phase} aria-label={PHASE[phase.phase].name}>
          <h3>
            {PHASE[phase.phase].name} <span className={ui.small}>{minutes(phase.budget_s)}</span>
          </h3>
          <ol className={styles.questions}>
            {phase.questions.map((question, index) => (
              <li key={question.question_id} className={styles.question}>
                <div className={styles.asked}>
                  <p className={styles.wording}>
                    <span className={styles.number}>{index + 1}</span> {question.text}
                  </p>
                  {question.probes.length > 0 && (
                    <ul className={styles.probes} aria-label="Follow-up questions">
                      {question.probes.map((probe) => (
                        <li key={probe}>{probe}</li>
                      ))}
                    </ul>
                  )}
                  <p className={ui.small}>
                    {question.scored
                      ? `Scored: ${question.competencies.map((id) => names.get(id) ?? id).join(", ")}`
                      : "Not scored"}
                    {question.time_limit_s ? `, ${minutes(question.time_limit_s)}` : ""}
                  </p>
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {plan.competencies.length > 0 && (
        <section className={styles.phase} aria-label="Competencies">
          <h3>Competencies</h3>
          {plan.competencies.map((one) => (
            <details key={one.competency_id} className={styles.competency}>
              <summary>
                <span className={styles.wording}>{one.name}</span> <span className={ui.small}>weight {one.weight}</span>
              </summary>
              <p>{one.definition}</p>
              <ol className={styles.levels}>
                {one.anchors.map((anchor) => (
                  <li key={anchor}>{anchor}</li>
                ))}
              </ol>
            </details>
          ))}
        </section>
      )}
    </div>
  );
}
