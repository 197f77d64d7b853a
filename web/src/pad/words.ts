// What is said of code and of runs.
import type { CodeReport } from "@/protocol/messages.gen";
import type { Language } from "./pad";

export const LANGUAGE: Record<Language, string> = {
  python: "Python",
  javascript: "JavaScript",
  typescript: "TypeScript",
  java: "Java",
  cpp: "C++",
  go: "Go",
  sql: "SQL",
};

export const VERDICT: Record<CodeReport["verdict"], string> = {
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

/** One line over the details. */
export function summary(report: CodeReport, withTests: boolean): string {
  if (!withTests || report.verdict === "compile_error" || report.verdict === "sandbox_unavailable") {
    return VERDICT[report.verdict];
  }
  const passed = report.tests.filter((test) => test.verdict === "accepted").length;
  const all = passed + report.hidden_passed;
  const count = report.tests.length + report.hidden_total;
  if (all === count) return count === 1 ? "The test passed" : `All ${count} tests passed`;
  return `${all} of ${count} tests passed`;
}
