// What a run writes, as it comes. Knows no React.
import type { CodeOutput, CodeResult, ErrorMessage } from "@/protocol/messages.gen";
import type { Run } from "./view";

const MOST_OUTPUT = 20_000;

export function begun(runId: string, withTests: boolean): Run {
  return { runId, withTests, output: "", attempt: 0, written: 0, result: null, problem: null };
}

export function over(run: Run | null, result: CodeResult): Run {
  return { ...(run ?? begun(result.run_id, result.with_tests)), result, problem: null };
}

export function refused(run: Run | null, { turn_id, code, message }: ErrorMessage): Run | null {
  if (!run || run.result || turn_id !== run.runId) return run;
  return { ...run, problem: { why: "refused", code, message } };
}

/** Some of it may be known: whoever tells of it begins anew where it was cut off. */
export function withOutput(run: Run | null, message: CodeOutput): Run | null {
  const { attempt, start, text } = message;
  if (run?.runId !== message.run_id || run.result || attempt < run.attempt) return run;
  const again = attempt > run.attempt;
  const known = again ? 0 : run.written;
  const characters = Array.from(text);
  const written = start + characters.length;
  if (!again && written <= known) return run;
  const fresh = characters.slice(Math.max(0, known - start)).join("");
  const output = ((again ? "" : run.output) + fresh).slice(-MOST_OUTPUT);
  return { ...run, attempt, written, output };
}
