"use client";

import { useCallback, useRef, useState } from "react";
import { readGrownTimeline, type Timeline } from "@/api/timeline";
import { useFollower } from "@/follow/useFollower";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import review from "../review/review.module.css";
import { Shown } from "../timeline/Timeline";
import styles from "../timeline/timeline.module.css";

const AGAIN_MS = 4_000;

/** How it runs behind the scenes, the newest first, until the workflow has ended. */
export function LiveTimeline({ interviewId }: { interviewId: string }) {
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  const last = useRef<{ timeline: Timeline | null; etag: string | null }>({ timeline: null, etag: null });
  const look = useCallback(
    async (signal: AbortSignal) => {
      const told = await readGrownTimeline(interviewId, last.current.etag, signal);
      if (told && !signal.aborted) {
        last.current = { timeline: told.body, etag: told.etag };
        setTimeline(told.body);
      }
      return hasEnded(last.current.timeline) ? null : AGAIN_MS;
    },
    [interviewId],
  );
  const { isLost, problem } = useFollower(look);
  return (
    <section className={review.scores} aria-labelledby="how-it-runs" data-testid="live-timeline">
      <h2 id="how-it-runs">How it runs</h2>
      <Problem text={problem} />
      <p role="status" className={ui.small}>
        {isLost ? "This cannot be read just now. It is asked for again." : ""}
      </p>
      <div className={styles.all}>
        {timeline && timeline.runs > 0 ? (
          <Shown timeline={timeline} isLive />
        ) : (
          <p className={ui.lead}>Turns and steps appear here as they run.</p>
        )}
      </div>
    </section>
  );
}

function hasEnded(timeline: Timeline | null): boolean {
  return timeline?.steps.some((step) => step.kind === "ended") ?? false;
}
