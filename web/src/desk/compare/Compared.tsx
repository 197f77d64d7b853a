"use client";

import Link from "next/link";
import { useCallback, useEffect } from "react";
import { readComparison, type Candidate, type Comparison } from "@/api/comparison";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { DECISION, number } from "../review/words";
import { named } from "../words";
import styles from "./compare.module.css";
import { RangeBar } from "./RangeBar";
import { one, placeOf, tiedWith } from "./words";

interface Props {
  planHash: string;
  /** There is an answer, or a problem. */
  onSettled: () => void;
}

export function Compared({ planHash, onSettled }: Props) {
  const { data, problem, reload } = useLoaded(useCallback(() => readComparison(planHash), [planHash]));
  useEffect(() => {
    if (data || problem) onSettled();
  }, [data, problem, onSettled]);
  return (
    <section className={styles.section} aria-labelledby="compared" data-testid="comparison">
      <h2 id="compared" className={desk.heading}>
        {data?.title || "Candidates"}
      </h2>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data?.items.length === 0 && <p className={ui.lead}>No interview by this plan has ended yet.</p>}
      {data?.is_mixed && (
        <p className={ui.warning} data-testid="mixed">
          Not all were scored by the same model and prompt: a difference may be theirs. Score the older ones anew.
        </p>
      )}
      {data && data.items.length > 0 && <Table comparison={data} />}
      {data?.more && <p className={ui.small}>There are more, which ended before these.</p>}
      {data && data.items.length > 0 && (
        <details className={styles.method}>
          <summary>How places and ranges come about</summary>
          <p>{data.method}</p>
        </details>
      )}
    </section>
  );
}

function Table({ comparison }: { comparison: Comparison }) {
  const { competencies, items } = comparison;
  return (
    <div className={styles.scrolled} tabIndex={0} role="group" aria-labelledby="compared">
      <table className={`${styles.table} ${styles.cards}`}>
        <caption className="visually-hidden">Candidates of {comparison.title}, highest total first</caption>
        <thead>
          <tr>
            <th scope="col">Candidate</th>
            <th scope="col">Place</th>
            <th scope="col">Total, and how far it is sure</th>
            {competencies.map(({ competency_id, name }) => (
              <th key={competency_id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((candidate) => (
            <tr key={candidate.interview_id} data-testid="candidate" data-state={candidate.state}>
              <th scope="row">
                <Link className={desk.link} href={`/desk/interview/?id=${candidate.interview_id}`}>
                  {named(candidate.candidate_name)}
                </Link>
                <div className={styles.badges}>
                  {candidate.decision && <Badge {...DECISION[candidate.decision]} />}
                  {candidate.needs_human && <Badge name="A person has to look" tone="warn" />}
                </div>
              </th>
              <td className={styles.place} data-label="Place:">
                {placeOf(candidate)}
              </td>
              <Total candidate={candidate} all={items} />
              {competencies.map(({ competency_id, name }) => (
                <Score key={competency_id} candidate={candidate} competencyId={competency_id} name={name} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Total({ candidate, all }: { candidate: Candidate; all: Candidate[] }) {
  const { state, total, low, high, coverage } = candidate;
  if (state === "hidden") return <td className={ui.small}>Shown when you have rated it</td>;
  if (total === null || low === null || high === null) return <td className={ui.small}>Not scored</td>;
  const tied = tiedWith(candidate, all);
  return (
    <td>
      <p className={styles.total}>
        <strong>{one(total)}</strong>
        <RangeBar low={low} high={high} total={total} />
      </p>
      <p className={ui.small}>
        {one(low)} to {one(high)}
        {coverage < 1 && `, over ${Math.round(coverage * 100)} % of the weight`}
      </p>
      {tied.length > 0 && (
        <p className={ui.small}>Tied with {tied.map((other) => named(other.candidate_name)).join(", ")}</p>
      )}
    </td>
  );
}

function Score({ candidate, competencyId, name }: { candidate: Candidate; competencyId: string; name: string }) {
  const score = candidate.scores.find((each) => each.competency_id === competencyId);
  if (!score || score.score === null) {
    return (
      <td data-label={`${name}:`}>
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">No score</span>
      </td>
    );
  }
  return (
    <td data-label={`${name}:`}>
      {number(score.score)}
      {score.low < score.high && <span className={ui.small}> {`${number(score.low)}–${number(score.high)}`}</span>}
      {score.is_overridden && <p className={ui.small}>by a person</p>}
    </td>
  );
}
