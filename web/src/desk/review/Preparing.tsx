"use client";

import { useCallback, useState } from "react";
import { addResume, askForProbes, listResumes, readTailoring, type Document } from "@/api/tailoring";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { saidOfCode } from "@/account/wording";
import { day } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { FileField } from "../plans/FileField";
import { failedBecause } from "../plans/words";
import { useAgain } from "../useAgain";
import { Probes } from "./Probes";
import styles from "./review.module.css";

const AGAIN_MS = 1_500;

/** Before the interview begins: the candidate's résumé, and questions from it, which are asked when
 * there is time and never scored. */
export function Preparing({ interviewId }: { interviewId: string }) {
  const load = useCallback(
    async () => ({ resumes: await listResumes(interviewId), made: await readTailoring(interviewId) }),
    [interviewId],
  );
  const { data, problem, reload } = useLoaded(load);
  const action = useAction();
  const [file, setFile] = useState<File | null>(null);
  const made = data?.made ?? null;
  const isReadable = data?.resumes.some(({ status }) => status === "ready") ?? false;
  useAgain(made?.state === "running", AGAIN_MS, reload);

  const act = (work: () => Promise<unknown>) =>
    void action.run(work).then((done) => {
      if (done) setFile(null);
      reload();
    });

  return (
    <section className={styles.scores} aria-labelledby="preparing" data-testid="preparing">
      <h2 id="preparing">Questions for this candidate</h2>
      <p className={ui.lead}>
        What everybody is asked stays the same. A few questions about the résumé can be added: they are asked when there
        is time, and never scored.
      </p>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && (
        <p role="status" className={styles.reserved}>
          Loading…
        </p>
      )}
      {data && (
        <>
          {data.resumes.length > 0 && (
            <ul className={styles.acts} aria-label="Résumés">
              {data.resumes.map((resume) => (
                <li key={resume.document_id} data-testid="resume" data-status={resume.status}>
                  Résumé of {day(resume.created_at)}. <span className={ui.small}>{aboutOf(resume)}</span>
                </li>
              ))}
            </ul>
          )}
          <FileField
            key={data.resumes.length}
            label="Résumé from a file"
            hint="It is kept with the interview, and erased with it."
            file={file}
            onFile={setFile}
          />
          <Problem text={action.problem} />
          <div className={ui.row}>
            {file && (
              <button
                type="button"
                className={ui.go}
                disabled={action.busy}
                onClick={() => act(() => addResume(interviewId, file))}
                data-testid="add-resume"
              >
                {action.busy ? "One moment…" : "Add the résumé"}
              </button>
            )}
            {made?.state !== "running" && (
              <button
                type="button"
                className={desk.small}
                disabled={action.busy || !isReadable}
                onClick={() => act(() => askForProbes(interviewId))}
                data-testid="ask-for-probes"
              >
                {made ? "Propose questions anew" : "Propose questions"}
              </button>
            )}
          </div>
          {made?.state === "running" && <p role="status">Questions are being proposed. This can take a minute.</p>}
          {made?.state === "failed" && (
            <p className={ui.warning} role="alert" data-testid="probes-failed">
              {failedBecause(made.reason)}
            </p>
          )}
          {made && made.state !== "running" && (
            <Probes key={made.revision} interviewId={interviewId} made={made} onSaved={reload} />
          )}
        </>
      )}
    </section>
  );
}

function aboutOf({ status, error_code, hidden }: Document): string {
  if (status === "refused") return saidOfCode(error_code ?? "document.unreadable");
  if (hidden.length === 0) return "It could be read.";
  return "It holds words that a reader does not see. None of them are used.";
}
