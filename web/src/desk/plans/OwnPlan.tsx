"use client";

import Link from "next/link";
import { useCallback, useState } from "react";
import { readInterviewPlan } from "@/api/plans";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import review from "../review/review.module.css";
import { PlanView } from "./PlanView";
import { minutes } from "./words";

/** What one interview goes by; read when it is opened. */
export function OwnPlan({ interviewId }: { interviewId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={review.more} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="own-plan">
      <summary>The plan it goes by</summary>
      {isOpen && <Loaded interviewId={interviewId} />}
    </details>
  );
}

function Loaded({ interviewId }: { interviewId: string }) {
  const { data, problem, reload } = useLoaded(useCallback(() => readInterviewPlan(interviewId), [interviewId]));
  return (
    <div className={review.form}>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && (
        <>
          <p>
            {data.role_id ? (
              <Link href={`/desk/role/?id=${data.role_id}`}>
                {data.title}, version {data.number}
              </Link>
            ) : (
              data.title
            )}
            , about {minutes(60 * data.minutes)}
          </p>
          <PlanView plan={data} />
        </>
      )}
    </div>
  );
}
