"use client";

import type { Competency, Question } from "@/api/plans";
import { Choice } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { LongField } from "@/ui/LongField";
import { NumberField } from "@/ui/NumberField";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import type { Edit } from "./editing";
import styles from "./plans.module.css";
import { Sentences } from "./Sentences";

interface Props {
  question: Question;
  number: number;
  competencies: Competency[];
  isLocked: boolean;
  /** Of its phase. */
  isOnly: boolean;
  onEdit: (edit: Edit) => void;
}

export function QuestionForm({ question, number, competencies, isLocked, isOnly, onEdit }: Props) {
  const id = question.question_id;
  const change = (changed: Partial<Question>) => onEdit({ type: "question", id, change: changed });
  const measure = (competency: string, on: boolean) =>
    change({
      competencies: on
        ? [...question.competencies, competency]
        : question.competencies.filter((other) => other !== competency),
    });
  return (
    <div className={styles.form}>
      <LongField
        label="Question"
        hint="Asked in exactly these words. Under 40 are easy to follow when they are spoken."
        maxLength={600}
        value={question.text}
        onValue={(text) => change({ text })}
      />
      <Sentences
        label="Follow-up questions"
        hint="Used in order, where the answer leaves something open."
        name="follow-up question"
        values={question.probes}
        onValues={(probes) => change({ probes, max_follow_ups: Math.max(question.max_follow_ups, probes.length ? 1 : 0) })}
      />
      <div className={styles.pair}>
        <Choice
          label="Follow-ups at most"
          value={String(question.max_follow_ups)}
          onValue={(chosen) => change({ max_follow_ups: Number(chosen) })}
        >
          {[0, 1, 2, 3, 4, 5].map((count) => (
            <option key={count} value={count}>
              {count === 0 ? "None" : count}
            </option>
          ))}
        </Choice>
        <NumberField
          label="Minutes"
          hint="Then it is followed up no more. Empty: no limit of its own."
          per={60}
          min={0.5}
          max={60}
          step={0.5}
          value={question.time_limit_s}
          onValue={(time_limit_s) => change({ time_limit_s })}
        />
      </div>
      {competencies.length > 0 && (
        <fieldset className={form.choices}>
          <legend>Tells something about</legend>
          {competencies.map(({ competency_id, name }) => (
            <label key={competency_id} className={form.choice}>
              <input
                type="checkbox"
                checked={question.competencies.includes(competency_id)}
                onChange={(event) => measure(competency_id, event.target.checked)}
              />
              {name || "A nameless competency"}
            </label>
          ))}
        </fieldset>
      )}
      <fieldset className={form.choices}>
        <legend>In the interview</legend>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={question.scored}
            disabled={question.competencies.length === 0}
            onChange={(event) => change({ scored: event.target.checked })}
          />
          Scored
        </label>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={question.optional}
            disabled={question.scored}
            onChange={(event) => change({ optional: event.target.checked })}
          />
          Left out when time is short
        </label>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={isLocked}
            onChange={(event) => onEdit({ type: "lock", id, locked: event.target.checked })}
          />
          Kept to the word when a plan is drafted anew
        </label>
      </fieldset>
      {question.scored && (
        <p className={ui.small}>A scored question is asked of everybody, so it is never left out.</p>
      )}
      <div>
        <button
          type="button"
          className={desk.small}
          aria-disabled={isOnly}
          aria-label={`Remove question ${number}`}
          onClick={() => !isOnly && onEdit({ type: "remove", id })}
        >
          Remove question
        </button>
        {isOnly && <p className={ui.small}>Each part of an interview asks something: add another one first.</p>}
      </div>
    </div>
  );
}
