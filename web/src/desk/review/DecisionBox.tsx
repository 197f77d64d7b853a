"use client";

import { useState, type FormEvent } from "react";
import { decide, type Decision, type DecisionKind } from "@/api/evaluation";
import { useAction } from "@/account/useAction";
import form from "@/ui/form.module.css";
import { LongField } from "@/ui/LongField";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import { useNames } from "../colleagues";
import styles from "./review.module.css";
import { DECISION } from "./words";

interface Props {
  interviewId: string;
  decision: Decision | null;
  onDecided: () => void;
}

/** What a person decided, with their reason; the newest one holds. */
export function DecisionBox({ interviewId, decision, onDecided }: Props) {
  const nameOf = useNames();
  const { busy, problem, run } = useAction();
  const [kind, setKind] = useState<DecisionKind | "">("");
  const [reason, setReason] = useState("");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !kind) return;
    if (!(await run(() => decide(interviewId, { decision: kind, reason: reason.trim() })))) return;
    setKind("");
    setReason("");
    onDecided();
  };

  return (
    <section className={styles.scores} aria-labelledby="decision" data-testid="decision">
      <h2 id="decision">Decision</h2>
      {decision && (
        <div className={ui.panel} data-testid="decided">
          <p>
            <Badge {...DECISION[decision.decision]} />{" "}
            <span className={ui.small}>
              {nameOf(decision.decided_by)}, {moment(decision.created_at)}
            </span>
          </p>
          <p>{decision.reason}</p>
        </div>
      )}
      <form className={styles.form} onSubmit={(event) => void submit(event)} data-testid="decision-form">
        <fieldset className={form.choices}>
          <legend>{decision ? "Decide anew" : "Decide"}</legend>
          {Object.entries(DECISION).map(([value, { name }]) => (
            <label key={value} className={form.choice}>
              <input
                type="radio"
                name="decision"
                value={value}
                checked={kind === value}
                onChange={() => setKind(value as DecisionKind)}
              />
              {name}
            </label>
          ))}
        </fieldset>
        <LongField label="Reason" required maxLength={2000} value={reason} onValue={setReason} />
        <Problem text={problem} />
        <div>
          <button type="submit" className={ui.go} disabled={busy || !kind || !reason.trim()}>
            {busy ? "One moment…" : "Put it on record"}
          </button>
        </div>
      </form>
    </section>
  );
}
