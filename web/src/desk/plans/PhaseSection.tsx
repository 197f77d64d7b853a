"use client";

import { useCallback, useMemo, useRef } from "react";
import type { Competency, Phase } from "@/api/plans";
import { LongField } from "@/ui/LongField";
import { NumberField } from "@/ui/NumberField";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import type { Finding } from "./checks";
import type { Edit } from "./editing";
import styles from "./plans.module.css";
import { QuestionCard } from "./QuestionCard";
import { useReorder } from "./useReorder";
import { PHASE } from "./words";

interface Props {
  phase: Phase;
  competencies: Competency[];
  locked: string[];
  problems: Finding[];
  /** The question that is open, of the whole plan. */
  open: string | null;
  onOpen: (questionId: string | null) => void;
  onAdd: () => void;
  onEdit: (edit: Edit) => void;
  /** Said aloud. */
  onSay: (text: string) => void;
}

/** One part of the interview: its time, its opening and its questions in their order. */
export function PhaseSection({ phase, competencies, locked, problems, open, onOpen, onAdd, onEdit, onSay }: Props) {
  const { name, about } = PHASE[phase.phase];
  const id = `phase-${phase.phase}`;
  const count = phase.questions.length;
  const ids = useMemo(() => phase.questions.map((question) => question.question_id), [phase.questions]);
  const move = useCallback(
    (question: string, to: number) => {
      onEdit({ type: "move", id: question, to });
      onSay(`Question moved to ${to + 1} of ${count}.`);
    },
    [onEdit, onSay, count],
  );
  const list = useRef<HTMLOListElement>(null);
  const reorder = useReorder(list, ids, move);

  return (
    <section className={styles.phase} aria-labelledby={id} data-testid={id}>
      <header className={styles.phaseHead}>
        <h3 id={id} tabIndex={-1}>
          {name}
        </h3>
        <p className={ui.small}>{about}</p>
      </header>
      <details className={styles.aside}>
        <summary>Time and opening</summary>
        <div className={styles.form}>
          <NumberField
            label={`Minutes for the ${name.toLowerCase()}`}
            hint="When they are spent nothing is followed up any more."
            required
            per={60}
            min={0.5}
            max={240}
            step={0.5}
            value={phase.budget_s}
            onValue={(budget) => onEdit({ type: "phase", phase: phase.phase, change: { budget_s: budget ?? Number.NaN } })}
          />
          <LongField
            label="Said before its first question"
            value={phase.opening}
            onValue={(opening) => onEdit({ type: "phase", phase: phase.phase, change: { opening } })}
          />
        </div>
      </details>
      <ol ref={list} className={styles.questions} data-dragging={reorder.dragged !== null}>
        {phase.questions.map((question, index) => (
          <QuestionCard
            key={question.question_id}
            question={question}
            index={index}
            count={count}
            competencies={competencies}
            isLocked={locked.includes(question.question_id)}
            isOpen={open === question.question_id}
            hasProblem={problems.some((problem) => problem.at === question.question_id)}
            reorder={reorder}
            onToggle={() => onOpen(open === question.question_id ? null : question.question_id)}
            onEdit={onEdit}
          />
        ))}
      </ol>
      <div>
        <button type="button" className={desk.small} onClick={onAdd} data-testid={`add-to-${phase.phase}`}>
          Add a question
        </button>
      </div>
    </section>
  );
}
