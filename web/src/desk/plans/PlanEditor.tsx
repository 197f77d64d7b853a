"use client";

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { PhaseName, Plan } from "@/api/plans";
import { GuardUnsaved } from "@/ui/GuardUnsaved";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { findings, type Finding } from "./checks";
import { CompetencyCard } from "./CompetencyCard";
import { begun, contentOf, edited, isChanged, nextQuestionId, questionsOf, type Edit } from "./editing";
import { PhaseSection } from "./PhaseSection";
import styles from "./plans.module.css";
import { SaveBar } from "./SaveBar";
import { TextsSection } from "./TextsSection";
import { madeBy, minutes } from "./words";

interface Props {
  roleId: string;
  draft: Plan;
  /** Approved, discarded or to be drafted anew: there is another state of the role. */
  onOver: () => void;
}

/** The draft of a role's plan. Nothing is kept of what is changed until it is saved. */
export function PlanEditor({ roleId, draft, onOver }: Props) {
  const [state, edit] = useReducer(edited, draft, (read) => begun(contentOf(read), read.revision));
  const [open, setOpen] = useState<string | null>(null);
  const [openCompetency, setOpenCompetency] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  // Where the focus goes next, by selector.
  const [goal, setGoal] = useState<{ to: string } | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const { plan } = state;
  const problems = useMemo(() => findings(plan), [plan]);
  const changed = isChanged(state);

  useEffect(() => {
    if (goal) root.current?.querySelector<HTMLElement>(goal.to)?.focus();
  }, [goal]);

  const act = useCallback((change: Edit) => {
    if (change.type === "remove") setSaid("The question is removed. Undo brings it back.");
    if (change.type === "remove-competency") setSaid("The competency is removed. Undo brings it back.");
    edit(change);
  }, []);

  const add = (phase: PhaseName) => {
    const id = nextQuestionId(plan);
    edit({ type: "add", phase });
    setOpen(id);
    setGoal({ to: `[data-question="${id}"] textarea` });
  };

  const addCompetency = () => {
    edit({ type: "add-competency" });
    setOpenCompetency("last");
    setGoal({ to: "[data-competencies] > :last-child input" });
  };

  const goTo = ({ at }: Finding) => {
    const isQuestion = questionsOf(plan).some((question) => question.question_id === at);
    const isCompetency = plan.competencies.some((one) => one.competency_id === at);
    if (isQuestion) setOpen(at);
    if (isCompetency) setOpenCompetency(at);
    setGoal({ to: isQuestion ? `[data-question="${at}"] textarea` : isCompetency ? `[id="${at}"] summary` : `#${at}` });
  };

  const scored = questionsOf(plan).filter((question) => question.scored).length;
  const total = plan.phases.reduce((sum, phase) => sum + (phase.budget_s || 0), 0);

  return (
    <div ref={root} className={styles.editor} data-testid="plan-editor" data-changed={changed}>
      <p className={ui.small} data-testid="plan-size">
        Version {draft.number}, a draft {madeBy(draft)}. {minutes(total)}, {questionsOf(plan).length} questions, {scored} of them scored.
      </p>
      <p className="visually-hidden" role="status" data-testid="said">
        {said}
      </p>
      <GuardUnsaved isUnsaved={changed} what="What you have changed" />
      <p id="reordering" hidden>
        Drag it, or press the up and down arrow keys.
      </p>
      <SaveBar
        roleId={roleId}
        state={state}
        problems={problems}
        onEdit={edit}
        onGoTo={goTo}
        onSaid={setSaid}
        onOver={onOver}
      />
      <TextsSection plan={plan} onEdit={edit} />
      {plan.phases.map((phase) => (
        <PhaseSection
          key={phase.phase}
          phase={phase}
          competencies={plan.competencies}
          locked={plan.locked}
          problems={problems}
          open={open}
          onOpen={setOpen}
          onAdd={() => add(phase.phase)}
          onEdit={act}
          onSay={setSaid}
        />
      ))}
      <section className={styles.phase} aria-labelledby="competencies">
        <header className={styles.phaseHead}>
          <h3 id="competencies">Competencies</h3>
          <p className={ui.small}>What answers are measured by. Candidates never see any of it.</p>
        </header>
        <div className={styles.competencies} data-competencies="">
          {plan.competencies.map((competency, index) => (
            <div key={competency.competency_id} id={competency.competency_id}>
              <CompetencyCard
                competency={competency}
                questions={
                  questionsOf(plan).filter((one) => one.scored && one.competencies.includes(competency.competency_id)).length
                }
                isOpen={
                  openCompetency === competency.competency_id ||
                  (openCompetency === "last" && index === plan.competencies.length - 1)
                }
                hasProblem={problems.some((problem) => problem.at === competency.competency_id)}
                onToggle={(isOpen) => {
                  if (isOpen) setOpenCompetency(competency.competency_id);
                  else if (openCompetency === competency.competency_id) setOpenCompetency(null);
                }}
                onEdit={act}
              />
            </div>
          ))}
        </div>
        {plan.competencies.length === 0 && <p>Nobody is scored by this plan yet.</p>}
        {plan.competencies.length < 20 && (
          <div>
            <button type="button" className={desk.small} onClick={addCompetency}>
              Add a competency
            </button>
          </div>
        )}
      </section>
    </div>
  );
}
