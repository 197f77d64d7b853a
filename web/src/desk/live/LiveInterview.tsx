"use client";

import { useCallback } from "react";
import { hasCode } from "@/api/code";
import type { Interview } from "@/api/desk";
import { useLoaded } from "@/account/useLoaded";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import { OwnPlan } from "../plans/OwnPlan";
import { CodeReplay } from "../review/CodeReplay";
import { History } from "../review/History";
import review from "../review/review.module.css";
import { named, resumedIn } from "../words";
import { Captions } from "./Captions";
import { isOver, type Known } from "./following";
import styles from "./live.module.css";
import { LiveTimeline } from "./LiveTimeline";
import { useLive } from "./useLive";
import { answersIn, standingOf } from "./words";

interface Props {
  interview: Interview;
  /** It is over, and somebody wants to see what came of it. */
  onOver: () => void;
}

/** An interview while it runs: what is said, where it stands, and how it runs behind the scenes. */
export function LiveInterview({ interview, onOver }: Props) {
  const { interview_id } = interview;
  const name = named(interview.candidate_name);
  const { known, said, isLost, problem } = useLive(interview_id, name);
  return (
    <>
      <p className="visually-hidden" role="status" data-testid="live-said">
        {said}
      </p>
      <Problem text={problem} />
      <section
        className={styles.standing}
        aria-label="Where it stands"
        data-testid="live"
        data-status={known?.live.status}
        data-lost={isLost}
      >
        {known ? <Stands interview={interview} name={name} known={known} onOver={onOver} /> : <p>{problem ? "" : "Loading…"}</p>}
        <p role="status" className={styles.lost}>
          {isLost ? "The server does not answer just now. It is asked again by itself; nothing is lost." : ""}
        </p>
      </section>
      {known && (
        <div className={styles.columns}>
          <Captions interviewId={interview_id} name={name} lines={known.lines} />
          <div className={review.column}>
            <LiveTimeline interviewId={interview_id} />
            <div className={review.form}>
              <Code interviewId={interview_id} question={known.live.question_number} />
              <OwnPlan interviewId={interview_id} />
              <History interviewId={interview_id} />
            </div>
          </div>
        </div>
      )}
    </>
  );
}

/** Asked for at every question: it may be one that is answered in code. */
function Code({ interviewId, question }: { interviewId: string; question: number }) {
  const load = useCallback(() => (question > 0 ? hasCode(interviewId) : Promise.resolve(false)), [interviewId, question]);
  const { data } = useLoaded(load);
  return data && <CodeReplay interviewId={interviewId} jump={null} onBack={nowhere} />;
}

const nowhere = () => undefined;

interface StandsProps extends Props {
  name: string;
  known: Known;
}

function Stands({ interview, name, known: { live }, onOver }: StandsProps) {
  const { badge, place, more } = standingOf(live, name);
  const about = [
    answersIn(live.total_turns),
    interview.started_at && `begun ${moment(interview.started_at)}`,
    resumedIn(live.resumes),
  ];
  return (
    <>
      <p className={styles.now}>
        <Badge {...badge} />
        <strong data-testid="live-place">{place}</strong>
        <span className={ui.small}>
          {interview.title}, {about.filter(Boolean).join(", ")}
        </span>
      </p>
      <p className={styles.more} data-testid="live-more">
        {more}
      </p>
      {isOver(live) && live.outcome !== "withdrawn" && (
        <button type="button" className={ui.primary} onClick={onOver} data-testid="to-report">
          To its rating and report
        </button>
      )}
    </>
  );
}
