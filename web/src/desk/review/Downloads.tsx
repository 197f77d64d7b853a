"use client";

import { readAccount, saveExport } from "@/api/account";
import { reportUrl, type ReportFormat } from "@/api/evaluation";
import { auditUrl, type Interview } from "@/api/desk";
import { useAction } from "@/account/useAction";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";

/** Asks for the account first: a download renews no session. */
async function saveReport(interviewId: string, format: ReportFormat): Promise<void> {
  await readAccount();
  const link = document.createElement("a");
  link.href = reportUrl(interviewId, format);
  link.download = `report-${interviewId}.${format}`;
  link.click();
}

/** Files to take away, and the way to the interview's workflow. */
export function Downloads(props: { interview: Interview; isHidden: boolean; isOver: boolean }) {
  const { interview, isHidden, isOver } = props;
  const { busy, problem, run } = useAction();
  const { interview_id: id } = interview;
  const audit = auditUrl(interview);
  return (
    <div>
      <div className={ui.row} role="group" aria-label="Files and audit">
        {!isHidden &&
          isOver &&
          (["pdf", "csv", "json"] as const).map((format) => (
            <button
              key={format}
              type="button"
              className={desk.small}
              disabled={busy}
              onClick={() => void run(() => saveReport(id, format))}
              aria-label={`Report ${format.toUpperCase()}`}
              data-testid={`report-${format}`}
            >
              {format === "pdf" ? "Report PDF" : format.toUpperCase()}
            </button>
          ))}
        <button type="button" className={desk.small} disabled={busy} onClick={() => void run(() => saveExport(id))}>
          Everything, as ZIP
        </button>
        {audit && interview.status !== "created" && (
          <a className={desk.small} href={audit}>
            In Temporal
          </a>
        )}
      </div>
      {isHidden && isOver && <p className={ui.small}>The report comes after your rating.</p>}
      <Problem text={problem} />
    </div>
  );
}
