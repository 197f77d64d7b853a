"use client";

import { useCallback, useState } from "react";
import { listEvents, type AuditEvent } from "@/api/evaluation";
import { usePages } from "@/account/usePages";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useNames } from "../colleagues";
import desk from "../desk.module.css";
import { actIn } from "./acts";
import styles from "./review.module.css";

/** Who did what to the interview, newest first; read when it is opened. */
export function History({ interviewId }: { interviewId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles.more} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="history">
      <summary>Who did what</summary>
      {isOpen && <Events interviewId={interviewId} />}
    </details>
  );
}

function Events({ interviewId }: { interviewId: string }) {
  const nameOf = useNames();
  const { items, busy, problem, more, reload } = usePages(
    useCallback((cursor) => listEvents(interviewId, cursor), [interviewId]),
  );
  const who = ({ actor_kind, actor_id }: AuditEvent) => {
    if (actor_kind === "system") return "Intervue";
    if (actor_kind === "api_key") return "An integration";
    if (actor_kind === "anonymous") return "Somebody";
    // Candidates are no colleagues.
    return nameOf(actor_id, "Somebody who was signed in");
  };
  return (
    <div className={styles.form}>
      <Problem text={problem} onRetry={reload} />
      {!items && !problem && <p role="status">Loading…</p>}
      <ol className={styles.acts}>
        {items?.map((event) => (
          <li key={event.event_id} data-testid="act">
            <span className={ui.small}>{moment(event.at)}</span> {actIn(event.action)}{" "}
            <span className={ui.small}>{who(event)}</span>
          </li>
        ))}
      </ol>
      {more && (
        <div>
          <button type="button" className={desk.small} disabled={busy} onClick={more}>
            Show more
          </button>
        </div>
      )}
    </div>
  );
}
