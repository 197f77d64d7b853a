// What the pad says. It comes with the pad, in all languages at once, and not with the room.
import type { CodeReport } from "@/protocol/messages.gen";

type Verdict = CodeReport["verdict"];

const verdicts: Record<Verdict, string> = {
  finished: "It ran to its end",
  accepted: "Passed",
  wrong_answer: "Wrong answer",
  runtime_error: "It stopped with an error",
  time_limit: "It took too long",
  memory_limit: "It used too much memory",
  output_limit: "It wrote too much",
  compile_error: "It does not compile",
  sandbox_unavailable: "Code cannot be run at the moment",
};

export const pad = {
  task: "Task",
  pad: "Pad",
  input: (test: string) => `Input, ${test}`,
  noInput: "(no input)",
  expectedOf: (test: string) => `Expected output, ${test}`,
  further: (count: number) => `${count === 1 ? "One further test is" : `${count} further tests are`} run with these.`,
  language: "Language",
  notHere: (language: string) => `${language} (cannot be run here)`,
  run: "Run",
  runTests: "Run tests",
  plain: "Plain text field",
  isOver: (title: string) => `${title}: this task is over`,
  over: "The interview has gone on. Your code stays as you left it: you can read it here, and no longer change it.",
  late: "Your last changes arrived after that. They are kept, and marked as late.",
  saved: "Saved",
  saving: "Saving…",
  noSandbox: (language: string) =>
    `${language} cannot be run here at the moment. Write and explain your code as if it could: it is saved, and the interview goes on.`,
  keys: "Tab indents. To leave the editor: Escape, then Tab.",
  code: "Your code",
  codeKeys: "Your code. Press Escape, then Tab, to leave the editor.",
  output: "Output",
  outputSoFar: "Output so far",
  yourOutput: "Your output",
  expected: "Expected",
  errors: "Errors",
  compiler: "Compiler",
  nothing: "(nothing)",
  notRun: "Nothing has been run yet.",
  running: "Running…",
  offline: "There is no connection. Run it again in a moment.",
  /** The server's own words are English. */
  refused: ((message) => message) as (message: string, code: string) => string,
  verdicts,
  unavailable: "Code cannot be run here at the moment. Your code is saved, and the interview goes on.",
  allPassed: (count: number) => (count === 1 ? "The test passed" : `All ${count} tests passed`),
  passed: (passed: number, count: number) => `${passed} of ${count} tests passed`,
  hiddenPassed: (passed: number, count: number) => `${passed} of ${count} further tests passed`,
};

export type PadWords = typeof pad;
