"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { hasCode } from "@/api/code";
import { listRecordings, readCorrections, readInterview, readTranscript, type Quote } from "@/api/evaluation";
import { Shell } from "@/account/Shell";
import { useLoaded } from "@/account/useLoaded";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useRescuedFocus } from "@/ui/useRescuedFocus";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { Timeline } from "../timeline/Timeline";
import { useAgain } from "../useAgain";
import { named, STATUS } from "../words";
import { CodeReplay } from "./CodeReplay";
import { DecisionBox } from "./DecisionBox";
import { Downloads } from "./Downloads";
import { History } from "./History";
import { PlayerBar } from "./PlayerBar";
import { soundOf, spanOf, tracksOf } from "./playing";
import styles from "./review.module.css";
import { Preparing } from "./Preparing";
import { ReviewForm } from "./ReviewForm";
import { Reviews } from "./Reviews";
import { Scorecard } from "./Scorecard";
import { Transcript, type Jump } from "./Transcript";
import { usePlayer } from "./usePlayer";
import { useScores, type Scores } from "./useScores";
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

function Loaded({ interviewId }: { interviewId: string }) {
  const load = useCallback(async () => {
    const [interview, lines, corrections, recordings, isCoded] = await Promise.all([
      readInterview(interviewId),
      readTranscript(interviewId),
      readCorrections(interviewId),
      listRecordings(interviewId),
      hasCode(interviewId),
    ]);
    return { interview, lines, corrections: misheard(lines, corrections), recordings, isCoded };
  }, [interviewId]);
  const { data, problem, reload } = useLoaded(load);
  const scores = useScores(interviewId);
  const { reload: rescore } = scores;
  const interview = data?.interview ?? null;
  const isOver = interview !== null && (interview.status === "completed" || interview.status === "abandoned");
  // Both at once: what comes later would push away what is being read.
  const isThere = data !== null && (scores.data !== null || scores.problem !== "");
  const hasEnded = scores.data?.review.has_ended ?? isOver;

  useAgain(data !== null && !isOver, AGAIN_MS, reload);
  const wasOver = useRef<boolean | null>(null);
  useEffect(() => {
    if (wasOver.current === false && isOver) rescore();
    if (interview) wasOver.current = isOver;
  }, [interview, isOver, rescore]);

  const audio = useRef<HTMLAudioElement>(null);
  const tracks = useMemo(() => (data ? tracksOf(data.lines, data.recordings) : []), [data]);
  const [player, sounding] = usePlayer(audio, interviewId, tracks);
  const [jump, setJump] = useState<Jump | null>(null);

  const goTo = (quote: Quote, from: HTMLElement) => {
    const line = data?.lines.find((one) => one.utterance_id === quote.utterance_id);
    setJump({ quote, from });
    if (!line) return;
    const text = data?.corrections.get(line.utterance_id)?.text ?? line.text;
    player.playFrom(quote.utterance_id, soundOf({ ...line, text }, spanOf(quote)));
  };
  const back = () => {
    jump?.from.scrollIntoView({ block: "center" });
    jump?.from.focus({ preventScroll: true });
    setJump(null);
  };

  return (
    <Shell title={interview ? named(interview.candidate_name) : "Interview"}>
      <p className={desk.back}>
        <Link href="/desk/">All interviews</Link>
      </p>
      <Problem text={problem} onRetry={reload} />
      {!isThere && !problem && <p role="status">Loading…</p>}
      {data && interview && isThere && (
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
                {data.isCoded && <CodeReplay interviewId={interviewId} jump={jump} onBack={back} />}
                <History interviewId={interviewId} />
                {interview.status !== "created" && <Timeline interviewId={interviewId} />}
              </div>
            </div>
            <section className={styles.pane} aria-labelledby="transcript">
              <header className={styles.paneHead}>
                <h2 id="transcript">Transcript</h2>
                {interview.status === "active" && <Badge {...STATUS.active} />}
              </header>
              <div className={styles.scroll} data-pane="" tabIndex={0} role="group" aria-labelledby="transcript">
                {data.lines.length === 0 ? (
                  <p className={ui.lead}>{isOver ? "Nothing was said." : "Nothing was said yet. What is said appears here."}</p>
                ) : (
                  <Transcript
                    lines={data.lines}
                    corrections={data.corrections}
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
                data.lines.length > 0 && <p className={styles.silent}>Nothing of it was recorded.</p>
              )}
              <audio ref={audio} preload="none" {...sounding} />
            </section>
          </div>
        </>
      )}
    </Shell>
  );
}

interface ScoringProps {
  interviewId: string;
  hasEnded: boolean;
  scores: ReturnType<typeof useScores>;
  onQuote: (quote: Quote, from: HTMLElement) => void;
}

/** One's own rating first where that is asked for; then scores, ratings and the decision. */
function Scoring({ interviewId, hasEnded, scores, onQuote }: ScoringProps) {
  const { data, reload, choose } = scores;
  const region = useRescuedFocus<HTMLDivElement>(String(data?.review.hidden));
  return (
    <div ref={region} tabIndex={-1} className={`${styles.column} ${ui.rescued}`} data-testid="scoring">
      {data && <Stage {...{ interviewId, hasEnded, data, reload, choose, onQuote }} />}
    </div>
  );
}

type StageProps = Pick<ScoringProps, "interviewId" | "hasEnded" | "onQuote"> &
  Pick<ScoringProps["scores"], "reload" | "choose"> & { data: Scores };

function Stage({ interviewId, hasEnded, data, reload, choose, onQuote }: StageProps) {
  const { review, evaluations, card, chosen } = data;
  if (review.hidden) return <ReviewForm interviewId={interviewId} review={review} onHandedIn={reload} />;
  return (
    <>
      <Scorecard
        interviewId={interviewId}
        hasEnded={hasEnded}
        evaluations={evaluations}
        card={card}
        chosen={chosen}
        onChoose={choose}
        onQuote={onQuote}
        onChanged={reload}
      />
      {hasEnded && <DecisionBox interviewId={interviewId} decision={review.decision} onDecided={reload} />}
      <Reviews review={review} />
      {!review.own && review.competencies.length > 0 && review.has_ended && (
        <details className={styles.more}>
          <summary>Rate it yourself as well</summary>
          <ReviewForm interviewId={interviewId} review={review} onHandedIn={reload} />
        </details>
      )}
    </>
  );
}
