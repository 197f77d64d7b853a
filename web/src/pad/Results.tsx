import type { CodeReport, PadTest } from "@/protocol/messages.gen";
import type { PadWords } from "@/words/en-pad";
import type { Run, RunProblem } from "./pad";
import styles from "./pad.module.css";
import { usePadWords } from "./usePadWords";
import { summary } from "./words";

/** Output is text: whatever it looks like, nothing of it is run or drawn. */
export function Results({ run, tests }: { run: Run | null; tests: PadTest[] }) {
  const words = usePadWords();
  const report = run?.result?.report ?? null;
  return (
    <section className={styles.results} aria-label={words.output} data-testid="results" data-run={state(run)}>
      <p role="status" aria-live="polite" className={styles.verdict} data-testid="verdict">
        {run === null
          ? words.notRun
          : run.problem
            ? said(run.problem, words)
            : report
              ? summary(report, run.withTests, words)
              : words.running}
      </p>
      {report?.verdict === "sandbox_unavailable" && <p className={styles.note}>{words.unavailable}</p>}
      {report && run?.withTests && <Tests report={report} tests={tests} />}
      {report?.compiler && <Output label={words.compiler} text={report.compiler} />}
      {report && !run?.withTests && <Output label={words.output} text={report.stdout} />}
      {report?.stderr && <Output label={words.errors} text={report.stderr} />}
      {!report && run?.output && <Output label={words.outputSoFar} text={run.output} />}
    </section>
  );
}

function said(problem: RunProblem, words: PadWords): string {
  return problem.why === "offline" ? words.offline : words.refused(problem.message, problem.code);
}

function state(run: Run | null): string {
  if (run === null) return "none";
  if (run.problem !== null) return "refused";
  return run.result?.report.verdict ?? "running";
}

function Tests({ report, tests }: { report: CodeReport; tests: PadTest[] }) {
  const words = usePadWords();
  return (
    <ul className={styles.tests}>
      {report.tests.map((test) => (
        <li key={test.name} data-verdict={test.verdict}>
          <p>
            <strong>{test.name}</strong>: {words.verdicts[test.verdict]}
          </p>
          {test.verdict !== "accepted" && (
            <>
              <Output
                label={words.expected}
                text={tests.find((known) => known.name === test.name)?.expected ?? ""}
              />
              <Output label={words.yourOutput} text={test.stdout} />
              {test.stderr && <Output label={words.errors} text={test.stderr} />}
            </>
          )}
        </li>
      ))}
      {report.hidden_total > 0 && (
        <li data-verdict={report.hidden_passed === report.hidden_total ? "accepted" : "failed"}>
          {words.hiddenPassed(report.hidden_passed, report.hidden_total)}
        </li>
      )}
    </ul>
  );
}

function Output({ label, text }: { label: string; text: string }) {
  const { nothing } = usePadWords();
  return (
    <figure className={styles.output}>
      <figcaption>{label}</figcaption>
      <pre tabIndex={0} aria-label={label}>{text || nothing}</pre>
    </figure>
  );
}
