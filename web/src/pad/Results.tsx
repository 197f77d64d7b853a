import type { CodeReport, PadTest } from "@/protocol/messages.gen";
import type { Run } from "./pad";
import styles from "./pad.module.css";
import { summary, VERDICT } from "./words";

/** Output is text: whatever it looks like, nothing of it is run or drawn. */
export function Results({ run, tests }: { run: Run | null; tests: PadTest[] }) {
  const report = run?.result?.report ?? null;
  return (
    <section className={styles.results} aria-label="Output" data-testid="results" data-run={state(run)}>
      <p role="status" aria-live="polite" className={styles.verdict} data-testid="verdict">
        {run === null
          ? "Nothing has been run yet."
          : (run.problem ?? (report ? summary(report, run.withTests) : "Running…"))}
      </p>
      {report?.message && <p className={styles.note}>{report.message}</p>}
      {report && run?.withTests && <Tests report={report} tests={tests} />}
      {report?.compiler && <Output label="Compiler" text={report.compiler} />}
      {report && !run?.withTests && <Output label="Output" text={report.stdout} />}
      {report?.stderr && <Output label="Errors" text={report.stderr} />}
      {!report && run?.output && <Output label="Output so far" text={run.output} />}
    </section>
  );
}

function state(run: Run | null): string {
  if (run === null) return "none";
  if (run.problem !== null) return "refused";
  return run.result?.report.verdict ?? "running";
}

function Tests({ report, tests }: { report: CodeReport; tests: PadTest[] }) {
  return (
    <ul className={styles.tests}>
      {report.tests.map((test) => (
        <li key={test.name} data-verdict={test.verdict}>
          <p>
            <strong>{test.name}</strong>: {VERDICT[test.verdict]}
          </p>
          {test.verdict !== "accepted" && (
            <>
              <Output
                label="Expected"
                text={tests.find((known) => known.name === test.name)?.expected ?? ""}
              />
              <Output label="Your output" text={test.stdout} />
              {test.stderr && <Output label="Errors" text={test.stderr} />}
            </>
          )}
        </li>
      ))}
      {report.hidden_total > 0 && (
        <li data-verdict={report.hidden_passed === report.hidden_total ? "accepted" : "failed"}>
          {report.hidden_passed} of {report.hidden_total} further tests passed
        </li>
      )}
    </ul>
  );
}

function Output({ label, text }: { label: string; text: string }) {
  return (
    <figure className={styles.output}>
      <figcaption>{label}</figcaption>
      <pre tabIndex={0} aria-label={label}>{text || "(nothing)"}</pre>
    </figure>
  );
}
