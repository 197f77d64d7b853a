"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { hasCode } from "@/api/code";
import type { Interview } from "@/api/desk";
import { listRecordings, readCorrections, readInterview, readTranscript } from "@/api/evaluation";
import { Shell } from "@/account/Shell";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useRescuedFocus } from "@/ui/useRescuedFocus";
import desk from "../desk.module.css";
import { isRunning } from "../live/following";
import { LiveInterview } from "../live/LiveInterview";
import { useAgain } from "../useAgain";
import { named } from "../words";
import { Review, type Past } from "./Review";
import { misheard } from "./words";

const AGAIN_MS = 5_000;

export function InterviewPage() {
  const interviewId = useSearchParams().get("id");
  if (interviewId) return <Loaded key={interviewId} interviewId={interviewId} />;
  return (
    <Shell title="Interview">
      <p className={ui.lead}>This link names no interview.</p>
      <Link href="/desk/">All interviews</Link>
    </Shell>
  );
}

/** What runs is followed; what does not is prepared before, and looked at after. */
function Loaded({ interviewId }: { interviewId: string }) {
  const load = useCallback(async () => {
    const interview = await readInterview(interviewId);
    if (isRunning(interview)) return { interview, past: null };
    const [lines, corrections, recordings, isCoded] = await Promise.all([
      readTranscript(interviewId),
      readCorrections(interviewId),
      listRecordings(interviewId),
      hasCode(interviewId),
    ]);
    return { interview, past: { lines, corrections: misheard(lines, corrections), recordings, isCoded } };
  }, [interviewId]);
  const { data, problem, reload } = useLoaded(load);
  const interview = data?.interview ?? null;
  useAgain(interview?.status === "created", AGAIN_MS, reload);
  return (
    <Shell title={interview ? named(interview.candidate_name) : "Interview"}>
      <p className={desk.back}>
        <Link href="/desk/">All interviews</Link>
      </p>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && <Shown {...data} reload={reload} />}
    </Shell>
  );
}

interface ShownProps {
  interview: Interview;
  /** Null while it runs. */
  past: Past | null;
  reload: () => void;
}

function Shown({ interview, past, reload }: ShownProps) {
  const region = useRescuedFocus<HTMLDivElement>(past ? "past" : "live");
  return (
    <div ref={region} tabIndex={-1} className={`${desk.whole} ${ui.rescued}`}>
      {past ? <Review interview={interview} {...past} /> : <LiveInterview interview={interview} onOver={reload} />}
    </div>
  );
}
