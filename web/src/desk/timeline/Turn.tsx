import type { StageRun, TurnTrack } from "@/api/timeline";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import styles from "./timeline.module.css";
import { barOf, lengthOf, runIn, span, STAGE, times } from "./words";

const KINDS: Record<TurnTrack["kind"], string> = {
  audio: "spoken answer",
  typed: "typed answer",
  proactive: "the interviewer spoke",
};

/** One turn as a waterfall: what waited and what ran, one bar a run of a stage. */
export function Turn({ turn }: { turn: TurnTrack }) {
  const length = lengthOf(turn);
  return (
    <li className={styles.turn} data-testid="turn">
      <p className={styles.head}>
        <strong>Turn {turn.turn_number}</strong>
        <span className={ui.small}>
          {turn.phase.replaceAll("_", " ")}, {KINDS[turn.kind]}
          {turn.took_ms === null ? ", still running" : `, ${span(turn.took_ms)}`}
          {turn.committed_after_ms !== null && `, safe after ${span(turn.committed_after_ms)}`}
        </span>
        {turn.recoveries > 0 && (
          <Badge name={times(turn.recoveries, "Recovered", "recoveries")} tone="warn" />
        )}
        {turn.retries > 0 && <Badge name={times(turn.retries, "Retried", "retries")} tone="warn" />}
      </p>
      <ul className={styles.runs}>
        {turn.stages.map((run, at) => (
          <Run key={at} run={run} length={length} />
        ))}
      </ul>
    </li>
  );
}

function Run({ run, length }: { run: StageRun; length: number }) {
  const bar = barOf(run, length);
  const more = runIn(run);
  return (
    <li className={styles.run} title={run.worker && `Worker ${run.worker}`}>
      <span>{STAGE[run.stage]}</span>
      <svg className={styles.bars} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.waited} x={bar.from} y="4" width={bar.waited} height="2" />
        <rect className={styles.ran} data-ending={run.ending} x={bar.from + bar.waited} width={Math.max(bar.ran, 0.4)} height="10" />
      </svg>
      <span className={styles.took}>{run.ran_ms === null ? "…" : span(run.ran_ms)}</span>
      {more && <span className={styles.note}>{more}</span>}
    </li>
  );
}
