"use client";

import { useCallback, useEffect, useState } from "react";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";
import { measure, type Measured } from "./network";
import { probes } from "./probes";
import { Fix, Step, type Standing } from "./Step";

/** Measures by itself as the page opens. */
export function NetworkStep() {
  const { check: words } = useWords();
  const [measured, setMeasured] = useState<Measured | null>(null);

  const run = useCallback(async () => {
    setMeasured(await measure(probes));
  }, []);

  useEffect(() => {
    // State is set only after the answer has come.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void run();
  }, [run]);

  const again = () => {
    setMeasured(null);
    void run();
  };
  const { title, fix } = words.verdicts[measured?.verdict ?? "good"];
  return (
    <Step
      name="network"
      title={words.network}
      hint={words.networkHint}
      standing={standingOf(measured)}
    >
      {measured && fix && <Fix problem={measured.verdict} title={title} fix={fix} />}
      <div className={styles.row}>
        <button type="button" className={ui.button} onClick={again} disabled={!measured} data-testid="measure-again">
          {words.measureAgain}
        </button>
        <p role="status" className={styles.finding} data-testid="round-trip">
          {measured === null
            ? words.measuring
            : measured.roundTripMs !== null && words.roundTrip(measured.roundTripMs)}
        </p>
      </div>
    </Step>
  );
}

function standingOf(measured: Measured | null): Standing {
  if (!measured) return "open";
  return measured.verdict === "good" ? "works" : "attention";
}
