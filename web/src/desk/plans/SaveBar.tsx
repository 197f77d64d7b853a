"use client";

import { useState } from "react";
import { approveDraft, readDraft, saveDraft, type Plan } from "@/api/plans";
import { ApiError } from "@/api/request";
import { useAction } from "@/account/useAction";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import type { Finding } from "./checks";
import { differences } from "./conflict";
import { contentOf, isChanged, type Edit, type Editing } from "./editing";
import styles from "./plans.module.css";

interface Props {
  roleId: string;
  state: Editing;
  problems: Finding[];
  onEdit: (edit: Edit) => void;
  onGoTo: (finding: Finding) => void;
  onSaid: (text: string) => void;
  onOver: () => void;
}

/** Whether all is saved, and what can be done with the draft. */
export function SaveBar({ roleId, state, problems, onEdit, onGoTo, onSaid, onOver }: Props) {
  const { busy, problem, run } = useAction();
  const [asking, setAsking] = useState(false);
  const [theirs, setTheirs] = useState<Plan | null>(null);
  const [told, setTold] = useState(false);
  const changed = isChanged(state);
  const cannot = problems.length > 0;

  /** Over `revision`. Its own afterwards, or null: somebody was quicker, and that is shown. */
  const save = async (revision: number): Promise<number | null> => {
    try {
      const saved = await saveDraft(roleId, state.plan, revision);
      setTheirs(null);
      onEdit({ type: "saved", plan: contentOf(saved), sent: state.plan, revision: saved.revision });
      onSaid("The plan is saved.");
      return saved.revision;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "plan.changed")) throw error;
      setTheirs(await readDraft(roleId));
      return null;
    }
  };
  const ask = (what: () => void) => {
    setTold(cannot);
    if (!cannot) what();
  };
  const approve = () =>
    void run(async () => {
      const revision = changed ? await save(state.revision) : state.revision;
      if (revision === null) return;
      await approveDraft(roleId, revision);
      onOver();
    });

  return (
    <div className={styles.bar}>
      <div className={ui.row}>
        <button
          type="button"
          className={ui.button}
          aria-disabled={!changed || busy}
          onClick={() => changed && !busy && ask(() => void run(() => save(state.revision)))}
          data-testid="save-plan"
        >
          {busy ? "One moment…" : "Save"}
        </button>
        <button
          type="button"
          className={ui.button}
          aria-disabled={state.past.length === 0}
          onClick={() => onEdit({ type: "undo" })}
        >
          Undo
        </button>
        <button
          type="button"
          className={ui.go}
          aria-disabled={busy}
          onClick={() => !busy && ask(() => setAsking(true))}
          data-testid="approve-plan"
        >
          Approve
        </button>
        <p className={ui.small} role="status" data-testid="save-state">
          {changed ? "Not saved yet" : "All is saved"}
        </p>
      </div>
      <Problem text={problem} />
      {told && cannot && (
        <div className={ui.warning} role="alert" data-testid="findings">
          <p>Before it can be saved:</p>
          <ul className={styles.findings}>
            {problems.map((finding) => (
              <li key={finding.text}>
                <button type="button" className={styles.finding} onClick={() => onGoTo(finding)}>
                  {finding.text}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {theirs && (
        <div className={ui.warning} role="alert" data-testid="plan-changed">
          <p>Somebody else has saved this draft since you opened it. In theirs:</p>
          <ul className={styles.plain}>
            {differences(state.plan, theirs).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <div className={ui.row}>
            <button type="button" className={ui.button} onClick={onOver}>
              Take theirs
            </button>
            <button
              type="button"
              className={ui.button}
              onClick={() => void run(() => save(theirs.revision))}
            >
              Keep mine, and save over theirs
            </button>
          </div>
        </div>
      )}
      <Confirm
        act="approve"
        open={asking}
        title="Approve this plan?"
        yes="Approve"
        no="Not yet"
        calm
        onYes={() => {
          setAsking(false);
          approve();
        }}
        onNo={() => setAsking(false)}
      >
        {changed && "What you have changed is saved first. "}
        From then on it never changes: every candidate who is invited by it is asked the same. Changes make a new version.
      </Confirm>
    </div>
  );
}
