// What of a pad is shown.
import type { CodePad, CodeResult } from "@/protocol/messages.gen";

export type Language = CodePad["language"];

/** A run, from the click to its result. `problem`: it was refused, in words for people. */
export interface Run {
  runId: string;
  withTests: boolean;
  output: string;
  result: CodeResult | null;
  problem: string | null;
}

export interface PadView {
  task: CodePad;
  language: Language;
  text: string;
  /** Grows when the text was changed by something other than the editor. */
  version: number;
  saved: boolean;
  run: Run | null;
}
