"use client";

import { useState } from "react";
import { saveProbes, type Probe, type Tailoring } from "@/api/tailoring";
import { useAction } from "@/account/useAction";
import { LongField } from "@/ui/LongField";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import styles from "./review.module.css";

/** As they were proposed, to be changed or left out. */
export function Probes(props: { interviewId: string; made: Tailoring; onSaved: () => void }) {
  const { interviewId, made, onSaved } = props;
  const { busy, problem, run } = useAction();
  const [probes, setProbes] = useState<Probe[]>(made.probes);
  const isChanged = JSON.stringify(probes) !== JSON.stringify(made.probes);
  if (made.probes.length === 0 && made.state === "ready") return <p className={ui.small}>There is none.</p>;
  if (made.probes.length === 0) return null;

  const save = () => void run(() => saveProbes(interviewId, made.revision, probes)).then((done) => done && onSaved());
  return (
    <div className={styles.form} data-testid="probes">
      {probes.map((probe, index) => (
        <div key={`${probe.after} ${probe.because}`} className={styles.rated} data-testid="probe">
          <LongField
            label={`Question ${index + 1}`}
            hint={probe.because && `Because of: ${probe.because}`}
            rows={2}
            maxLength={300}
            value={probe.text}
            onValue={(text) => setProbes(probes.map((other, at) => (at === index ? { ...other, text } : other)))}
          />
          <div>
            <button
              type="button"
              className={desk.small}
              aria-label={`Leave it out: question ${index + 1}`}
              onClick={() => setProbes(probes.filter((_, at) => at !== index))}
            >
              Leave it out
            </button>
          </div>
        </div>
      ))}
      {probes.length === 0 && <p className={ui.small}>None of them is asked.</p>}
      <Problem text={problem} />
      <div>
        <button
          type="button"
          className={ui.go}
          disabled={busy || !isChanged || probes.some(({ text }) => !text.trim())}
          onClick={save}
          data-testid="save-probes"
        >
          {busy ? "One moment…" : "Save"}
        </button>
      </div>
    </div>
  );
}
