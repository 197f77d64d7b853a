"use client";

import { useState } from "react";
import { stopReevaluation, type Reevaluation } from "@/api/reevaluation";
import { useAction } from "@/account/useAction";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import desk from "../desk.module.css";

/** Ends the one that runs, so that another one may begin. */
export function StopScoring({ of, onStopped }: { of: Reevaluation; onStopped: () => void }) {
  const { busy, problem, run } = useAction();
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <p>
        <span role="status" data-testid="progress">
          {of.over} of {of.interviews} are scored.
        </span>{" "}
        <button type="button" className={desk.small} disabled={busy} onClick={() => setAsking(true)} data-testid="stop-scoring">
          Stop
        </button>
      </p>
      <Problem text={problem} />
      <Confirm
        act="stop-scoring"
        open={asking}
        title="Stop scoring these interviews?"
        yes="Stop"
        no="Go on"
        onYes={() => {
          setAsking(false);
          void run(() => stopReevaluation(of.reevaluation_id)).then((done) => done && onStopped());
        }}
        onNo={() => setAsking(false)}
      >
        What was scored is kept. The rest may be asked for later on.
      </Confirm>
    </div>
  );
}
