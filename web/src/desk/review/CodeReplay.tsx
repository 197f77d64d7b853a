"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { readCode } from "@/api/code";
import { useLoaded } from "@/account/useLoaded";
import { LANGUAGE, summary } from "@/pad/words";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import styles from "./code.module.css";
import { byQuestion, leftOf, linesOf, placeOf, since, titleOf, type Growth } from "./growth";
import { around } from "./playing";
import review from "./review.module.css";
import type { Jump } from "./Transcript";

const STEP_MS = 350;

interface Props {
  interviewId: string;
  jump: Jump | null;
  onBack: () => void;
}

/** How the code grew, version by version; read when it is opened, or when a quote leads there. */
export function CodeReplay({ interviewId, jump, onBack }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [known, setKnown] = useState(jump);
  if (jump !== known) {
    setKnown(jump);
    if (jump?.quote.source === "code") setOpen(true);
  }
  return (
    <details
      className={review.more}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="code"
    >
      <summary>How the code was written</summary>
      {isOpen && <Loaded interviewId={interviewId} jump={jump} onBack={onBack} />}
    </details>
  );
}

function Loaded({ interviewId, jump, onBack }: Props) {
  const { data, problem, reload } = useLoaded(useCallback(() => readCode(interviewId), [interviewId]));
  const growths = useMemo(() => (data ? byQuestion(data) : []), [data]);
  return (
    <div className={review.form}>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && growths.length === 0 && <p>Nothing was written.</p>}
      {growths.length > 0 && <Replay growths={growths} jump={jump} onBack={onBack} />}
    </div>
  );
}

function Replay({ growths, jump, onBack }: { growths: Growth[] } & Pick<Props, "jump" | "onBack">) {
  const [chosen, setChosen] = useState<{ question: number; version: number | null } | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [known, setKnown] = useState(jump);
  const code = useRef<HTMLPreElement>(null);
  if (jump !== known) {
    setKnown(jump);
    setChosen(null);
    setPlaying(false);
  }
  const quoted = jump && placeOf(growths, jump.quote.utterance_id);
  const { question, version } = chosen ?? quoted ?? { question: 0, version: null };
  const { snapshots, runs } = growths[question]!;
  const last = snapshots.length - 1;
  const index = version ?? leftOf(snapshots);
  const now = snapshots[index]!;
  const goTo = (to: number) => setChosen({ question, version: to });

  const isJump = quoted !== null;
  useEffect(() => {
    if (!isJump) return;
    code.current?.scrollIntoView({ block: "center" });
    code.current?.focus({ preventScroll: true });
  }, [jump, isJump]);

  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      if (index < last) setChosen({ question, version: index + 1 });
      if (index + 1 >= last) setPlaying(false);
    }, STEP_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, question, index, last]);

  const play = () => {
    if (!isPlaying && index === last) goTo(0);
    setPlaying(!isPlaying);
  };
  const place = `Version ${index + 1} of ${last + 1}`;
  const when = `${since(snapshots[0]!, now)} after the first, ${LANGUAGE[now.language]}`;
  return (
    <>
      {growths.length > 1 && (
        <label>
          <span className={ui.small}>Task</span>{" "}
          <select
            className={review.rate}
            value={question}
            onChange={(event) => setChosen({ question: Number(event.target.value), version: null })}
            data-testid="code-task"
          >
            {growths.map(({ questionId }, number) => (
              <option key={questionId} value={number}>
                {titleOf(questionId)}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className={styles.steps}>
        <button type="button" className={desk.small} onClick={play} data-testid="play-code">
          {isPlaying ? "Stop" : "Play"}
        </button>
        <input
          type="range"
          className={review.range}
          min={0}
          max={last}
          value={index}
          onChange={(event) => goTo(Number(event.target.value))}
          aria-label="Version of the code"
          aria-valuetext={`${place}, ${when}`}
          data-testid="code-version"
        />
        <span className={review.clock} data-testid="code-place">
          {place}
        </span>
      </div>
      <p className={ui.small}>{when}. What is new in a version is marked.</p>
      {now.late && (
        <p className={ui.small} data-testid="late-code">
          It arrived when the question was over, and was not scored.
        </p>
      )}
      <pre ref={code} className={styles.code} tabIndex={0} aria-label={place} data-testid="code-text">
        {jump && jump.quote.utterance_id === now.snapshot_id ? (
          <Quoted text={now.text} jump={jump} />
        ) : (
          linesOf(now.text, snapshots[index - 1]?.text ?? null).map((line, number) => (
            <span key={number} className={styles.line} data-new={line.isNew}>
              {line.text}
              {"\n"}
            </span>
          ))
        )}
      </pre>
      {isJump && (
        <div>
          <button type="button" className={desk.small} onClick={onBack} data-testid="back-to-score">
            Back to the score
          </button>
        </div>
      )}
      {runs.length > 0 && (
        <ol className={styles.runs} aria-label="Runs">
          {runs.map((run) => (
            <li key={run.run_id}>
              <button
                type="button"
                className={desk.small}
                onClick={() => goTo(snapshots.findIndex((one) => one.revision === run.revision))}
                data-testid="code-run"
                data-verdict={run.report?.verdict ?? "running"}
              >
                Version {run.revision}: {run.report ? summary(run.report, run.tests) : "it runs"}
              </button>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Quoted({ text, jump }: { text: string; jump: Jump }) {
  const [before, quoted, after] = around(text, jump.quote);
  return (
    <>
      {before}
      <mark className={review.quoted}>{quoted}</mark>
      {after}
    </>
  );
}
