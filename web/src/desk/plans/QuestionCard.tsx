"use client";

import { useId } from "react";
import type { Competency, Question } from "@/api/plans";
import desk from "../desk.module.css";
import type { Edit } from "./editing";
import styles from "./plans.module.css";
import { QuestionForm } from "./QuestionForm";
import type { Reorder } from "./useReorder";
import { minutes } from "./words";

interface Props {
  question: Question;
  index: number;
  count: number;
  competencies: Competency[];
  isLocked: boolean;
  isOpen: boolean;
  hasProblem: boolean;
  reorder: Reorder;
  onToggle: () => void;
  onEdit: (edit: Edit) => void;
}

/** One question: what it is in a line or two, and on request all of it to edit. */
export function QuestionCard(props: Props) {
  const { question, index, count, competencies, isLocked, isOpen, hasProblem, reorder, onToggle, onEdit } = props;
  const id = question.question_id;
  const formId = useId();
  const number = index + 1;
  const grip = reorder.grip(id);
  return (
    <li
      className={styles.question}
      data-dragged={reorder.dragged === id}
      data-problem={hasProblem}
      data-testid="question"
      data-question={id}
    >
      <div className={styles.line}>
        <button
          type="button"
          className={styles.grip}
          aria-label={`Move question ${number} of ${count}`}
          aria-describedby="reordering"
          data-testid="grip"
          {...grip}
        >
          <svg viewBox="0 0 12 20" width="12" height="20" aria-hidden="true">
            {[4, 10, 16].flatMap((y) => [3, 9].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.6" fill="currentColor" />))}
          </svg>
        </button>
        <div className={styles.asked}>
          <p className={question.text ? styles.wording : styles.wordless}>
            <span className={styles.number}>{number}</span> {question.text || "No words yet"}
          </p>
          <ul className={styles.facts} aria-label={`About question ${number}`}>
            {factsOf(question, competencies).map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
            {isLocked && <li className={styles.kept}>Kept</li>}
          </ul>
        </div>
        <div className={styles.moves}>
          <button
            type="button"
            className={styles.icon}
            aria-disabled={index === 0}
            aria-label={`Move question ${number} up`}
            onClick={() => reorder.step(id, -1)}
          >
            <Arrow up />
          </button>
          <button
            type="button"
            className={styles.icon}
            aria-disabled={number === count}
            aria-label={`Move question ${number} down`}
            onClick={() => reorder.step(id, 1)}
          >
            <Arrow />
          </button>
          <button
            type="button"
            className={desk.small}
            aria-expanded={isOpen}
            aria-controls={formId}
            aria-label={isOpen ? `Close question ${number}` : `Edit question ${number}`}
            onClick={onToggle}
            data-testid="edit-question"
          >
            {isOpen ? "Close" : "Edit"}
          </button>
        </div>
      </div>
      <div id={formId} hidden={!isOpen}>
        {isOpen && (
          <QuestionForm
            question={question}
            number={number}
            competencies={competencies}
            isLocked={isLocked}
            isOnly={count === 1}
            onEdit={onEdit}
          />
        )}
      </div>
    </li>
  );
}

function factsOf(question: Question, competencies: Competency[]): string[] {
  const names = competencies
    .filter((one) => question.competencies.includes(one.competency_id))
    .map((one) => one.name || "a nameless competency");
  const facts = [question.scored ? `Scored: ${names.join(", ")}` : "Not scored"];
  if (question.time_limit_s) facts.push(minutes(question.time_limit_s));
  if (question.max_follow_ups > 0) {
    facts.push(`${question.max_follow_ups} follow-up${question.max_follow_ups === 1 ? "" : "s"} at most`);
  }
  if (question.optional) facts.push("Left out when time is short");
  return facts;
}

export function Arrow({ up = false }: { up?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={up ? "M8 13V3M3.5 7.5 8 3l4.5 4.5" : "M8 3v10M3.5 8.5 8 13l4.5-4.5"}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
