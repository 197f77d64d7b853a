"use client";

import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Interview } from "@/api/desk";
import type { Correction, Line, Quote, Recording } from "@/api/evaluation";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import { isOver as isClosed } from "../live/following";
import { OwnPlan } from "../plans/OwnPlan";
import { Timeline } from "../timeline/Timeline";
import { named, STATUS } from "../words";
import { CodeReplay } from "./CodeReplay";
import { Downloads } from "./Downloads";
import { History } from "./History";
import { PlayerBar } from "./PlayerBar";
import { soundOf, spanOf, tracksOf } from "./playing";
import { Preparing } from "./Preparing";
import styles from "./review.module.css";
import { Scoring } from "./Scoring";
import { Transcript, type Jump } from "./Transcript";
import { usePlayer } from "./usePlayer";
import { useScores } from "./useScores";

export interface Past {
  lines: Line[];
  /** By utterance, as answers should read. */
  corrections: ReadonlyMap<string, Correction>;
  recordings: Recording[];
  isCoded: boolean;
}

/** An interview that does not run: before it begins, what is prepared for it; when it is over, all that
 * is to be made of it. */
export function Review({ interview, lines, corrections, recordings, isCoded }: { interview: Interview } & Past) {
  const interviewId = interview.interview_id;
  const scores = useScores(interviewId);
  const { reload: rescore } = scores;
  const isOver = isClosed(interview);
  // Both at once: what comes later would push away what is being read.
  const isThere = scores.data !== null || scores.problem !== "";
  const hasEnded = scores.data?.review.has_ended ?? isOver;

  const wasOver = useRef(isOver);
  useEffect(() => {
    if (!wasOver.current && isOver) rescore();
    wasOver.current = isOver;
  }, [isOver, rescore]);

  const audio = useRef<HTMLAudioElement>(null);
  const tracks = useMemo(() => tracksOf(lines, recordings), [lines, recordings]);
  const [player, sounding] = usePlayer(audio, interviewId, tracks);
  const [jump, setJump] = useState<Jump | null>(null);

  const goTo = (quote: Quote, from: HTMLElement) => {
    const line = lines.find((one) => one.utterance_id === quote.utterance_id);
    setJump({ quote, from });
    if (!line) return;
    const text = corrections.get(line.utterance_id)?.text ?? line.text;
    player.playFrom(quote.utterance_id, soundOf({ ...line, text }, spanOf(quote)));
  };
  const back = () => {
    jump?.from.scrollIntoView({ block: "center" });
    jump?.from.focus({ preventScroll: true });
    setJump(null);
  };

  if (!isThere) return <p role="status">Loading…</p>;
  return (
    <>
      <div className={styles.about}>
        <p>
          {interview.title} <Badge {...STATUS[interview.status]} />{" "}
          <span className={ui.small}>
            {interview.total_turns} answers
            {interview.started_at && `, begun ${moment(interview.started_at)}`}
            {interview.ended_at && `, ended ${moment(interview.ended_at)}`}
          </span>
          {isOver && interview.plan_hash && (
            <>
              {" "}
              <Link href={`/desk/compare/?plan=${interview.plan_hash}`}>Compare</Link>
            </>
          )}
        </p>
        <a className={styles.toPane} href="#transcript">
          To the transcript
        </a>
        <Downloads interview={interview} isHidden={scores.data?.review.hidden ?? true} isOver={isOver} />
      </div>
      <div className={styles.columns}>
        <div className={styles.column}>
          <Problem text={scores.problem} onRetry={scores.reload} />
          {interview.status === "created" && <Preparing interviewId={interviewId} />}
          {scores.data && <Scoring interviewId={interviewId} hasEnded={hasEnded} scores={scores} onQuote={goTo} />}
          <div className={styles.form}>
            {isCoded && <CodeReplay interviewId={interviewId} jump={jump} onBack={back} />}
            <OwnPlan interviewId={interviewId} />
            <History interviewId={interviewId} />
            {interview.status !== "created" && <Timeline interviewId={interviewId} />}
          </div>
        </div>
        <section className={styles.pane} aria-labelledby="transcript">
          <header className={styles.paneHead}>
            <h2 id="transcript">Transcript</h2>
          </header>
          <div className={styles.scroll} data-pane="" tabIndex={0} role="group" aria-labelledby="transcript">
            {lines.length === 0 ? (
              <p className={ui.lead}>{isOver ? "Nothing was said." : "Nothing was said yet. What is said appears here."}</p>
            ) : (
              <Transcript
                lines={lines}
                corrections={corrections}
                candidate={named(interview.candidate_name)}
                player={player}
                jump={jump}
                onBack={back}
              />
            )}
          </div>
          {tracks.length > 0 ? (
            <PlayerBar player={player} />
          ) : (
            lines.length > 0 && <p className={styles.silent}>Nothing of it was recorded.</p>
          )}
          <audio ref={audio} preload="none" {...sounding} />
        </section>
      </div>
    </>
  );
}
