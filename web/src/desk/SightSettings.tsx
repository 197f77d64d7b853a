"use client";

import { useState } from "react";
import { changeSight, type Organization } from "@/api/desk";
import { useAction } from "@/account/useAction";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";

type Sight = Pick<Organization, "blind_review" | "candidate_feedback">;

/** Who sees what of an evaluation. Each switch is saved as it is set. */
export function SightSettings({ organization }: { organization: Organization }) {
  const { busy, problem, run } = useAction();
  const [sight, setSight] = useState<Sight>(organization);
  const [saved, setSaved] = useState("");

  const change = (changed: Partial<Sight>, said: string) => {
    if (busy) return;
    const before = sight;
    setSaved("");
    setSight({ ...before, ...changed });
    void run(async () => setSight(await changeSight(changed))).then((done) => {
      if (done) setSaved(said);
      else setSight(before);
    });
  };

  return (
    <section className={styles.panel} aria-labelledby="sight" data-testid="sight">
      <h2 id="sight">Reviews and feedback</h2>
      <div>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={sight.blind_review}
            aria-describedby="blind-hint"
            onChange={({ target }) =>
              change({ blind_review: target.checked }, target.checked ? "People rate first." : "Scores are shown at once.")
            }
          />
          People rate an interview before they see its scores
        </label>
        <p className={form.hint} id="blind-hint">
          Whoever reads a number first agrees with it. Agreement is counted over such ratings alone.
        </p>
      </div>
      <div>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={sight.candidate_feedback}
            aria-describedby="feedback-hint"
            onChange={({ target }) =>
              change(
                { candidate_feedback: target.checked },
                target.checked ? "Candidates may read their feedback." : "Candidates get no feedback.",
              )
            }
          />
          Candidates may read feedback on their answers
        </label>
        <p className={form.hint} id="feedback-hint">
          By competency, in their own words: what was there to go by, and what was missing. No score, and nothing of what
          people rated, can be told from it.
        </p>
      </div>
      <Problem text={problem} />
      <p className={ui.small} role="status" data-testid="sight-saved">
        {saved}
      </p>
    </section>
  );
}
