"use client";

import Link from "next/link";
import { useCallback, useEffect, useRef, useState } from "react";
import { saveExport } from "@/api/account";
import { auditUrl, listInterviews, type Interview, type InterviewStatus, type Sought } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAccount } from "@/account/signed-in";
import { useAction } from "@/account/useAction";
import { usePages, type Listed } from "@/account/usePages";
import { Choice, Field } from "@/ui/Field";
import { useFollower } from "@/follow/useFollower";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "./Badge";
import styles from "./desk.module.css";
import { EraseInterview } from "./EraseInterview";
import { List } from "./List";
import { useSettled } from "./useSettled";
import { aboutState, named, STATUS, stateOf } from "./words";

/** While something runs, and while nothing does. */
const SOON_MS = 5_000;
const LATER_MS = 20_000;

const EVERYTHING: Sought = { q: "", status: "" };

export function InterviewsPage() {
  const [sought, setSought] = useState(EVERYTHING);
  const q = useSettled(sought.q.trim());
  const { status } = sought;
  const listed = usePages(useCallback((cursor, limit) => listInterviews({ q, status }, cursor, limit), [q, status]));
  const { isLost } = useFollower(useFresh(listed), SOON_MS);
  const action = useAction();
  const { busy, problem, run } = action;
  const isAdmin = useAccount().role === "admin";
  const isNarrowed = q !== "" || status !== "";

  const row = (interview: Interview) => {
    const audit = auditUrl(interview);
    const about = aboutState(interview);
    const candidate = named(interview.candidate_name);
    return (
      <tr key={interview.interview_id} data-testid="interview" data-status={interview.status}>
        <td className={styles.name}>
          <Link className={styles.link} href={`/desk/interview/?id=${interview.interview_id}`}>
            {candidate}
          </Link>
          <p className={styles.sub}>{interview.title}</p>
        </td>
        <td>
          <Badge {...stateOf(interview)} />
          {about && <p className={styles.sub}>{about}</p>}
        </td>
        <td data-label="Answers:">{interview.total_turns}</td>
        <td data-label="Last change:">{moment(interview.updated_at)}</td>
        <td className={styles.acts}>
          <div>
            <button
              type="button"
              className={styles.small}
              disabled={busy}
              onClick={() => void run(() => saveExport(interview.interview_id))}
              aria-label={`Export ${candidate}`}
            >
              Export
            </button>
            {audit && interview.status !== "created" && (
              <a className={styles.small} href={audit} aria-label={`Audit of ${candidate}`} data-testid="audit">
                Audit
              </a>
            )}
            {isAdmin && <EraseInterview interviewId={interview.interview_id} candidate={candidate} action={action} />}
          </div>
        </td>
      </tr>
    );
  };

  return (
    <Shell title="Interviews">
      <div className={styles.tools} role="search">
        <Field
          label="Search"
          type="search"
          placeholder="Name or role"
          maxLength={120}
          value={sought.q}
          onValue={(wanted) => setSought({ ...sought, q: wanted })}
        />
        <Choice
          label="State"
          value={status}
          onValue={(chosen) => setSought({ ...sought, status: chosen as InterviewStatus | "" })}
        >
          <option value="">All</option>
          {Object.entries(STATUS).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Choice>
      </div>
      <Problem text={problem} />
      <div>
        <p role="status" className={styles.old}>
          {isLost ? "The server does not answer just now. The list may be old; it is asked for again by itself." : ""}
        </p>
        <List
          listed={listed}
          caption="Interviews, newest first"
          counted={(count, hasMore) => `${count}${hasMore ? " and more" : ""} interviews`}
          heads={["Candidate", "State", "Answers", "Last change", ""]}
          row={row}
          empty={
            isNarrowed ? (
              <>
                <p>Nothing fits your search.</p>
                <button type="button" className={ui.button} onClick={() => setSought(EVERYTHING)}>
                  Show all interviews
                </button>
              </>
            ) : (
              <>
                <p>There are no interviews yet. Invite somebody, and theirs is the first.</p>
                <Link className={ui.primary} href="/desk/invitations/">
                  Invite a candidate
                </Link>
              </>
            )
          }
        />
      </div>
    </Shell>
  );
}

/** Keeps the list as it is on the server: sooner while something on it runs. */
function useFresh({ items, refresh }: Listed<Interview>): () => Promise<number> {
  const runs = useRef(false);
  useEffect(() => {
    runs.current = items?.some(({ status }) => status === "active" || status === "paused") ?? false;
  }, [items]);
  return useCallback(async () => {
    await refresh();
    return runs.current ? SOON_MS : LATER_MS;
  }, [refresh]);
}
