"use client";

import type { Competency } from "@/api/plans";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { NumberField } from "@/ui/NumberField";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import type { Edit } from "./editing";
import styles from "./plans.module.css";
import { Sentences } from "./Sentences";

interface Props {
  competency: Competency;
  questions: number;
  isOpen: boolean;
  hasProblem: boolean;
  onToggle: (open: boolean) => void;
  onEdit: (edit: Edit) => void;
}

/** What is measured, and how its five levels sound in an answer. */
export function CompetencyCard({ competency, questions, isOpen, hasProblem, onToggle, onEdit }: Props) {
  const id = competency.competency_id;
  const change = (changed: Partial<Competency>) => onEdit({ type: "competency", id, change: changed });
  return (
    <details
      className={styles.competency}
      data-problem={hasProblem}
      open={isOpen}
      onToggle={(event) => onToggle(event.currentTarget.open)}
      data-testid="competency"
    >
      <summary>
        <span className={styles.wording}>{competency.name || "A new competency"}</span>{" "}
        <span className={ui.small}>
          {questions === 1 ? "1 scored question" : `${questions} scored questions`}, weight {competency.weight || "?"}
        </span>
      </summary>
      <div className={styles.form}>
        <div className={styles.pair}>
          <Field label="Name" maxLength={80} autoComplete="off" value={competency.name} onValue={(name) => change({ name })} />
          <NumberField
            label="Weight"
            hint="In the total, beside the others'."
            required
            min={0.1}
            max={10}
            step="any"
            value={competency.weight}
            onValue={(weight) => change({ weight: weight ?? Number.NaN })}
          />
        </div>
        <LongField
          label="What it is"
          maxLength={400}
          value={competency.definition}
          onValue={(definition) => change({ definition })}
        />
        <Sentences
          label="What counts for or against it"
          name="sign"
          min={1}
          max={8}
          values={competency.evidence}
          onValues={(evidence) => change({ evidence })}
        />
        <fieldset className={styles.sentences}>
          <legend className={styles.legend}>What is seen at each score</legend>
          <p className={ui.small}>What somebody does or says, not adjectives: scorers are shown each without the others.</p>
          {competency.anchors.map((anchor, index) => (
            <LongField
              key={index}
              label={`Score ${index + 1}`}
              rows={2}
              maxLength={400}
              value={anchor}
              onValue={(text) => change({ anchors: competency.anchors.map((other, at) => (at === index ? text : other)) })}
            />
          ))}
        </fieldset>
        <div>
          <button
            type="button"
            className={desk.small}
            aria-label={`Remove competency ${competency.name}`}
            onClick={() => onEdit({ type: "remove-competency", id })}
          >
            Remove competency
          </button>
          {questions > 0 && <p className={ui.small}>Its questions stay, and measure what else they are chosen for.</p>}
        </div>
      </div>
    </details>
  );
}
