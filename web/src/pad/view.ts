// What of a pad is shown.
import type { CodePad, CodeResult } from "@/protocol/messages.gen";

export type Language = CodePad["language"];

/** `offline`: it could not be sent. `refused`: `message` is the server's, in English. */
export type RunProblem = { why: "offline" } | { why: "refused"; code: string; message: string };

/** A run, from the click to its result. `problem`: why there is none. */
export interface Run {
  runId: string;
  withTests: boolean;
  output: string;
  /** Of the program, and how many characters it has written, as far as was heard. */
  attempt: number;
  written: number;
  result: CodeResult | null;
  problem: RunProblem | null;
}

export interface PadView {
  task: CodePad;
  language: Language;
  text: string;
  /** Grows when the text was changed by something other than the editor. */
  version: number;
  saved: boolean;
  /** The interview has gone on: it can be read only. */
  over: boolean;
  /** Something that was written before came only then. */
  late: boolean;
  run: Run | null;
}
