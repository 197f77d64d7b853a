// Pads as the server shows them, and drafts that are kept in memory.
import type { Draft, Drafts } from "@/pad/drafts";
import { Pad } from "@/pad/pad";
import type { ClientMessageV2, CodeOutput, CodePad, CodeReport, CodeResult } from "@/protocol/messages.gen";

export class Memory implements Drafts {
  readonly kept = new Map<string, Draft>();
  save = (id: string, draft: Draft) => void this.kept.set(id, draft);
  load = (id: string) => this.kept.get(id) ?? null;
  remove = (id: string) => void this.kept.delete(id);
  questions = () => [...this.kept.keys()];
  clear = () => this.kept.clear();
}

/** Its runs are `run-1`, `run-2` and so on. */
export function openPad(drafts: Drafts, send: (message: ClientMessageV2) => boolean): Pad {
  let runs = 0;
  return new Pad(send, drafts, () => `run-${(runs += 1)}`);
}

export function task(changes: Partial<CodePad> = {}): CodePad {
  return {
    type: "code_pad",
    question_id: "echo",
    title: "Echo",
    statement: "Write what you read.",
    languages: [
      { language: "python", starter: "# python", available: true },
      { language: "go", starter: "// go", available: true },
    ],
    tests: [{ name: "shown", stdin: "a", expected: "a" }],
    hidden_tests: 2,
    revision: 0,
    language: "python",
    text: "# python",
    last_result: null,
    over: false,
    ...changes,
  };
}

export function report(changes: Partial<CodeReport> = {}): CodeReport {
  return {
    verdict: "accepted",
    tests: [{ name: "shown", verdict: "accepted", stdout: "a", stderr: "", wall_ms: 1 }],
    hidden_passed: 2,
    hidden_total: 2,
    stdout: "",
    stderr: "",
    compiler: "",
    wall_ms: 3,
    message: "",
    ...changes,
  };
}

export function result(runId: string, changes: Partial<CodeReport> = {}): CodeResult {
  const made = report(changes);
  return { type: "code_result", run_id: runId, question_id: "echo", with_tests: true, report: made };
}

/** Of the first run. */
export function output(text: string, changes: Partial<CodeOutput> = {}): CodeOutput {
  const place = { case: 0, stream: "stdout", attempt: 1, start: 0 } as const;
  return { type: "code_output", run_id: "run-1", ...place, text, ...changes };
}
