// What is said of code and of runs.
import type { CodeReport } from "@/protocol/messages.gen";
import { pad as en, type PadWords } from "@/words/en-pad";
import type { Language } from "./view";

export const LANGUAGE: Record<Language, string> = {
  python: "Python",
  javascript: "JavaScript",
  typescript: "TypeScript",
  java: "Java",
  cpp: "C++",
  go: "Go",
  sql: "SQL",
};

/** One line over the details. */
export function summary(report: CodeReport, withTests: boolean, words: PadWords = en): string {
  if (!withTests || report.verdict === "compile_error" || report.verdict === "sandbox_unavailable") {
    return words.verdicts[report.verdict];
  }
  const passed = report.tests.filter((test) => test.verdict === "accepted").length;
  const all = passed + report.hidden_passed;
  const count = report.tests.length + report.hidden_total;
  return all === count ? words.allPassed(count) : words.passed(all, count);
}
