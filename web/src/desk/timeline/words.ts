// How steps and stages are called, and where bars lie.
import type { Ending, Stage, StageRun, Step, TurnTrack } from "@/api/timeline";

export const STAGE: Record<Stage, string> = {
  transcribe: "Listening",
  converse: "Thinking",
  speak: "Speaking",
};

const ENDING: Record<Ending, string> = {
  completed: "",
  failed: "failed",
  timed_out: "ran out of time",
  cancelled: "given up",
  running: "still running",
};

const ASKED: Record<string, string> = {
  pause: "A pause was asked for.",
  resume: "The interview was resumed.",
  repeat_question: "The question was asked for again.",
  end_interview: "The interview was to end.",
  withdraw_consent: "Consent was withdrawn.",
  grant_accommodation: "An accommodation took effect.",
};

const TIMERS: Record<string, string> = {
  nudge: "It was silent: the interviewer spoke up.",
  pause: "It stayed silent: the interview paused.",
  budget: "The time of the phase was up.",
  "pause expiry": "The pause had lasted too long.",
};

const TASKS: Record<string, string> = {
  "speech.prepare": "Fixed lines were spoken ahead",
  "records.announce": "The room was told",
  "records.close": "The interview was closed",
};

const ENDED: Record<string, string> = {
  completed: "The workflow ended.",
  failed: "The workflow failed.",
  timed_out: "The workflow ran out of time.",
  cancelled: "The workflow was cancelled.",
  terminated: "The workflow was stopped from outside.",
};

/** "840 ms", "3.4 s", "2 min 5 s". */
export function span(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function times(count: number, one: string, many: string): string {
  return count === 1 ? one : `${count} ${many}`;
}

export function stepIn(step: Step): string {
  switch (step.kind) {
    case "began":
      return "The interview began.";
    case "continued":
      return "A new run of the workflow took over.";
    case "asked":
      return ASKED[step.name] ?? `Asked for: ${step.name}.`;
    case "timer":
      return TIMERS[step.name] ?? "A timer was due.";
    case "task":
      return taskIn(step);
    case "child":
      return step.name === "Evaluation" ? "The scoring began." : `Begun beside it: ${step.name}.`;
    case "recovery":
      return "A worker was gone in the middle of a turn: another one went on.";
    case "worker_lost":
      return "A worker did not answer: another one decided.";
    case "decision_failed":
      return `A decision failed and was made again (${step.error}).`;
    case "ended":
      return ENDED[step.name] ?? "The workflow ended.";
  }
}

function taskIn({ name, took_ms, attempts, ending, error }: Step): string {
  const more = [
    ...(took_ms === null ? [] : [`in ${span(took_ms)}`]),
    ...(attempts > 1 ? [`at the ${ordinal(attempts)} try`] : []),
  ];
  const how = [ENDING[ending], error && ending !== "completed" ? `(${error})` : ""].filter(Boolean).join(" ");
  return `${[TASKS[name] ?? name, ...more].join(" ")}${how && `: ${how}`}.`;
}

export function ordinal(count: number): string {
  return ["first", "second", "third", "fourth", "fifth"][count - 1] ?? `${count}th`;
}

/** What there is to say of a bar, beside what it shows. */
export function runIn(run: StageRun): string {
  const said = [
    run.rerun > 0 ? "run again" : "",
    run.waited_ms !== null && run.waited_ms >= 100 ? `waited ${span(run.waited_ms)}` : "",
    run.attempts > 1 ? `at the ${ordinal(run.attempts)} try` : "",
    ENDING[run.ending],
    run.error && `(${run.error})`,
    run.provider,
  ];
  return said.filter(Boolean).join(", ").replace(", (", " (");
}

export interface Bar {
  from: number;
  waited: number;
  ran: number;
}

/** Of a hundred, for the whole turn. What still runs reaches to the end. */
export function barOf(run: StageRun, length: number): Bar {
  const part = (ms: number) => (100 * ms) / Math.max(1, length);
  const from = part(run.after_ms);
  const waited = part(run.waited_ms ?? 0);
  const ran = run.ran_ms === null ? Math.max(0, 100 - from - waited) : part(run.ran_ms);
  return { from, waited, ran };
}

/** What a turn's bars are drawn to. */
export function lengthOf(turn: TurnTrack): number {
  if (turn.took_ms !== null) return turn.took_ms;
  const ends = turn.stages.map((run) => run.after_ms + (run.waited_ms ?? 0) + (run.ran_ms ?? 0));
  return Math.max(1, ...ends) * 1.1;
}
