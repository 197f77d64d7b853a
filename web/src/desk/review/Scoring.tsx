"use client";

import type { Quote } from "@/api/evaluation";
import ui from "@/ui/ui.module.css";
import { useRescuedFocus } from "@/ui/useRescuedFocus";
import { DecisionBox } from "./DecisionBox";
import styles from "./review.module.css";
import { ReviewForm } from "./ReviewForm";
import { Reviews } from "./Reviews";
import { Scorecard } from "./Scorecard";
import type { Scores, useScores } from "./useScores";

interface ScoringProps {
  interviewId: string;
  hasEnded: boolean;
  scores: ReturnType<typeof useScores>;
  onQuote: (quote: Quote, from: HTMLElement) => void;
}

/** One's own rating first where that is asked for; then scores, ratings and the decision. */
export function Scoring({ interviewId, hasEnded, scores, onQuote }: ScoringProps) {
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
