"use client";

import { useState, type FormEvent } from "react";
import { overrideScore, type CompetencyScore } from "@/api/evaluation";
import { useAction } from "@/account/useAction";
import { Choice } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./review.module.css";
import { number } from "./words";

interface Props {
  interviewId: string;
  evaluation: number;
  score: CompetencyScore;
  onOverridden: () => void;
}

const MODELS = "model";

/** A person's score instead of the model's, which stays on record. */
export function OverrideForm({ interviewId, evaluation, score, onOverridden }: Props) {
  const { busy, problem, run } = useAction();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState("");
  const [reason, setReason] = useState("");
  const hasOverride = score.override !== null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const said = { score: chosen === MODELS ? null : Number(chosen), reason: reason.trim() };
    if (!(await run(() => overrideScore(interviewId, evaluation, score.competency_id, said)))) return;
    setOpen(false);
    setChosen("");
    setReason("");
    onOverridden();
  };

  return (
    <details
      className={styles.more}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="override-box"
    >
      <summary>{hasOverride ? "Change it again" : "Set it right"}</summary>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <Choice label={`Score for ${score.name}`} required value={chosen} onValue={setChosen}>
          <option value="">Choose</option>
          {score.anchors.map((anchor, index) => (
            <option key={anchor} value={index + 1}>
              {index + 1}: {anchor}
            </option>
          ))}
          {hasOverride && (
            <option value={MODELS}>
              The model&apos;s again{score.score === null ? ": no score" : `: ${number(score.score)}`}
            </option>
          )}
        </Choice>
        <LongField
          label="Why"
          hint="Kept with the score, and shown in reports."
          required
          maxLength={2000}
          value={reason}
          onValue={setReason}
        />
        <Problem text={problem} />
        <div>
          <button type="submit" className={ui.go} disabled={busy || !chosen || !reason.trim()}>
            {busy ? "One moment…" : "Set the score"}
          </button>
        </div>
      </form>
    </details>
  );
}
