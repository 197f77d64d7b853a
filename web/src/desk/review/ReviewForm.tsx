"use client";

import { useRef, useState } from "react";
import { handInReview, type ReviewStanding } from "@/api/evaluation";
import type { Competency } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { Confirm } from "@/ui/Confirm";
import { GuardUnsaved } from "@/ui/GuardUnsaved";
import { LongField } from "@/ui/LongField";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { complete, missing, NOT_SHOWN, type Given } from "./rating";
import styles from "./review.module.css";

interface Props {
  interviewId: string;
  review: ReviewStanding;
  onHandedIn: () => void;
}

/** One's own rating, before anything else is shown. Once handed in, it stays. */
export function ReviewForm({ interviewId, review, onHandedIn }: Props) {
  const { competencies, hidden } = review;
  const { busy, problem, run } = useAction();
  const [given, setGiven] = useState<Given>({});
  const [note, setNote] = useState("");
  const [asking, setAsking] = useState(false);
  const [told, setTold] = useState(false);
  const root = useRef<HTMLElement>(null);
  const open = missing(competencies, given);
  const hasBegun = Object.keys(given).length > 0 || note !== "";

  const rate = (id: string, change: Partial<Given[string]>) =>
    setGiven((now) => ({ ...now, [id]: { level: "", reason: "", ...now[id], ...change } }));

  const handIn = () => {
    setTold(open.length > 0);
    const first = open[0];
    if (!first) return setAsking(true);
    root.current?.querySelector<HTMLElement>(`[data-rates="${first.competency_id}"] input`)?.focus();
  };

  if (!review.has_ended) {
    return (
      <section className={styles.scores} aria-labelledby="rating">
        <h2 id="rating">Your rating</h2>
        <p>You can rate it when the interview has ended.</p>
      </section>
    );
  }
  return (
    <section ref={root} className={styles.scores} aria-labelledby="rating" data-testid="review-form">
      <h2 id="rating">Your rating{hidden ? " comes first" : ""}</h2>
      <p className={ui.lead}>
        {hidden
          ? "You see scores, and what colleagues think, after you have rated. Whoever reads a number first agrees with it."
          : "What you make of it yourself, beside the scores."}
      </p>
      {competencies.map((competency) => (
        <Rated
          key={competency.competency_id}
          competency={competency}
          given={given[competency.competency_id]}
          isMissing={told && open.includes(competency)}
          onRate={(change) => rate(competency.competency_id, change)}
        />
      ))}
      <LongField label="Anything else (optional)" maxLength={5000} value={note} onValue={setNote} />
      <Problem text={problem} />
      {told && open.length > 0 && (
        <p className={ui.error} role="alert" data-testid="missing">
          Still to rate: {open.map((one) => one.name).join(", ")}.
        </p>
      )}
      <div>
        <button type="button" className={ui.primary} disabled={busy} onClick={handIn} data-testid="hand-in">
          {busy ? "One moment…" : "Hand in"}
        </button>
      </div>
      <GuardUnsaved isUnsaved={hasBegun} what="Your rating" />
      <Confirm
        act="hand-in"
        open={asking}
        title="Hand in your rating?"
        yes="Hand in"
        no="Not yet"
        calm
        onYes={() => {
          setAsking(false);
          void run(() => handInReview(interviewId, complete(competencies, given), note.trim())).then(
            (done) => done && onHandedIn(),
          );
        }}
        onNo={() => setAsking(false)}
      >
        It stays as it is from then on{hidden && ", and the scores are shown to you"}.
      </Confirm>
    </section>
  );
}

interface RatedProps {
  competency: Competency;
  given: Given[string] | undefined;
  isMissing: boolean;
  onRate: (change: Partial<Given[string]>) => void;
}

function Rated({ competency, given, isMissing, onRate }: RatedProps) {
  const id = competency.competency_id;
  const levels = [...competency.anchors.map((text, index) => ({ value: String(index + 1), text })), NOT_SHOWN];
  return (
    <fieldset className={styles.rated} data-rates={id} data-missing={isMissing} data-testid="rated">
      <legend>{competency.name}</legend>
      <p className={ui.small}>{competency.definition}</p>
      <div className={styles.levels}>
        {levels.map(({ value, text }) => (
          <label key={value} className={styles.choice}>
            <input
              type="radio"
              name={`rating-${id}`}
              value={value}
              checked={given?.level === value}
              onChange={() => onRate({ level: value })}
            />
            <span>
              {value !== NOT_SHOWN.value && <strong>{value} </strong>}
              {text}
            </span>
          </label>
        ))}
      </div>
      <LongField
        label="Why (optional)"
        rows={2}
        maxLength={2000}
        value={given?.reason ?? ""}
        onValue={(reason) => onRate({ reason })}
      />
    </fieldset>
  );
}
