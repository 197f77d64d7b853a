"use client";

import Link from "next/link";
import { useCallback } from "react";
import { readAccount } from "@/api/account";
import { driftUrl, readDrift, retryReevaluation, type Drift, type Moves, type Reevaluation } from "@/api/reevaluation";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "../compare/compare.module.css";
import { one as oneDigit, percent } from "../compare/words";
import desk from "../desk.module.css";
import { useAgain } from "../useAgain";
import { change, endOf, missingIn, notesOf, sumUp } from "./words";

const AGAIN_MS = 5_000;

/** Asks for the account first: a download renews no session. */
async function save(id: string): Promise<void> {
  await readAccount();
  const link = document.createElement("a");
  link.href = driftUrl(id);
  link.download = `drift-${id}.csv`;
  link.click();
}

interface Props {
  shown: Reevaluation;
  isAdmin: boolean;
  onRetried: () => void;
}

/** What has changed so far, competency by competency, and where. */
export function DriftTable({ shown, isAdmin, onRetried }: Props) {
  const id = shown.reevaluation_id;
  const { data, problem, reload } = useLoaded(useCallback(() => readDrift(id), [id]));
  const { busy, problem: refused, run } = useAction();

  useAgain(shown.state === "running", AGAIN_MS, reload);

  const retry = () => void run(() => retryReevaluation(id)).then((done) => done && onRetried());
  return (
    <section className={styles.section} aria-labelledby="drift" data-testid="drift">
      <h2 id="drift" className={desk.heading}>
        What has changed
      </h2>
      {shown.state === "stopped" && (
        <p role="status" data-testid="stopped">
          {endOf(shown)}
        </p>
      )}
      <Problem text={problem} onRetry={reload} />
      <Problem text={refused} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && <Figures drift={data} />}
      {data && data.interviews.length > 0 && <Interviews drift={data} />}
      {data && (
        <div className={ui.row}>
          <button type="button" className={desk.small} disabled={busy} onClick={() => void run(() => save(id))}>
            As CSV
          </button>
          {isAdmin && missingIn(shown) > 0 && (
            <button type="button" className={desk.small} disabled={busy} onClick={retry} data-testid="ask-for-missing">
              Ask for what is missing
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function Figures({ drift }: { drift: Drift }) {
  const { overall, competencies } = drift;
  return (
    <>
      <p className={ui.lead}>{sumUp(overall.count, overall.mean_change, overall.kappa)}</p>
      <p className={ui.small}>
        {drift.compared} of {drift.reevaluation.interviews} interviews, scored by {drift.old_models.join(", ") || "nobody"} and
        by {drift.new_models.join(", ") || "nobody yet"}
        {drift.hidden > 0 && `; ${drift.hidden} are left out until you have rated them`}.
      </p>
      {overall.count + overall.now_scored + overall.no_longer_scored > 0 && (
        <div className={styles.scrolled} tabIndex={0} role="group" aria-labelledby="drift">
          <table className={`${styles.table} ${styles.figures}`}>
            <caption className="visually-hidden">Changes, by competency and over all</caption>
            <thead>
              <tr>
                <th scope="col">Competency</th>
                <th scope="col">Scores</th>
                <th scope="col">Mean change</th>
                <th scope="col">Largest</th>
                <th scope="col">Over a line</th>
                <th scope="col">Kappa</th>
                <th scope="col">Need a person now</th>
              </tr>
            </thead>
            <tbody>
              {competencies.map((one) => (
                <Row key={one.competency_id} name={one.name} moves={one} />
              ))}
              <Row name="All" moves={overall} />
            </tbody>
          </table>
        </div>
      )}
      <details className={styles.method}>
        <summary>How this is counted</summary>
        <p>{drift.method}</p>
      </details>
    </>
  );
}

function Row({ name, moves }: { name: string; moves: Moves }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{moves.count}</td>
      <td>{change(moves.mean_change)}</td>
      <td>{change(moves.largest_change)}</td>
      <td>{percent(moves.crossed_band)}</td>
      <td>{moves.kappa === null ? "–" : moves.kappa.toFixed(2).replace("-", "−")}</td>
      <td>{moves.now_needs_human}</td>
    </tr>
  );
}

function Interviews({ drift }: { drift: Drift }) {
  const names = new Map(drift.competencies.map(({ competency_id, name }) => [competency_id, name]));
  return (
    <div className={styles.scrolled} tabIndex={0} role="group" aria-label="Interviews">
      <table className={`${styles.table} ${styles.figures}`}>
        <caption className="visually-hidden">Interviews, those that moved furthest first</caption>
        <thead>
          <tr>
            <th scope="col">Interview</th>
            <th scope="col">Total before</th>
            <th scope="col">Now</th>
            <th scope="col">Largest change</th>
            <th scope="col">Notes</th>
          </tr>
        </thead>
        <tbody>
          {drift.interviews.map((one) => (
            <tr key={one.interview_id}>
              <th scope="row">
                <Link href={`/desk/interview/?id=${one.interview_id}`}>{one.interview_id.slice(0, 8)}</Link>
              </th>
              <td>{one.old_total === null ? "–" : oneDigit(one.old_total)}</td>
              <td>{one.new_total === null ? "–" : oneDigit(one.new_total)}</td>
              <td>
                {change(one.largest_change)}
                {one.largest_in && one.largest_change !== 0 && `, ${names.get(one.largest_in) ?? one.largest_in}`}
              </td>
              <td>{notesOf(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
