"use client";

import { useCallback, useState } from "react";
import { readTimeline, type Step, type Timeline as Told } from "@/api/timeline";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import review from "../review/review.module.css";
import styles from "./timeline.module.css";
import { Turn } from "./Turn";
import { stepIn } from "./words";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** How the interview ran behind the scenes; read when it is opened. */
export function Timeline({ interviewId }: { interviewId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={review.more} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="timeline">
      <summary>How it ran</summary>
      {isOpen && <Loaded interviewId={interviewId} />}
    </details>
  );
}

function Loaded({ interviewId }: { interviewId: string }) {
  const { data, problem, reload } = useLoaded(useCallback(() => readTimeline(interviewId), [interviewId]));
  return (
    <div className={styles.all}>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && <Shown timeline={data} />}
      {data && (
        <div>
          <button type="button" className={desk.small} onClick={reload}>
            Look again
          </button>
        </div>
      )}
    </div>
  );
}

/** `isLive`: turns come first, and the newest of all on top. */
export function Shown({ timeline, isLive = false }: { timeline: Told; isLive?: boolean }) {
  if (timeline.runs === 0) return <p className={ui.lead}>Nothing is kept of how it ran.</p>;
  const steps = <Steps steps={inOrder(timeline.steps, isLive)} />;
  return (
    <>
      {!timeline.complete && <p className={ui.small}>Not all of it is shown: it was too long, or its beginning is not kept any more.</p>}
      {!isLive && steps}
      <section aria-label="Turns">
        <ol className={styles.turns} reversed={isLive}>
          {inOrder(timeline.turns, isLive).map((turn) => (
            <Turn key={turn.turn_id} turn={turn} />
          ))}
        </ol>
      </section>
      {isLive && steps}
    </>
  );
}

function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <section aria-label="Steps">
      <ol className={styles.steps}>
        {steps.map((step, at) => (
          <li key={at} data-kind={step.kind} data-testid="step">
            <time className={ui.small} dateTime={step.at}>
              {CLOCK.format(new Date(step.at))}
            </time>
            <span>{stepIn(step)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function inOrder<T>(things: readonly T[], isNewestFirst: boolean): readonly T[] {
  return isNewestFirst ? [...things].reverse() : things;
}
