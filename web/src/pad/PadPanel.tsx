"use client";

import { useState } from "react";
import ui from "@/ui/ui.module.css";
import { CodeEditor } from "./CodeEditor";
import type { Language, Pad, PadView } from "./pad";
import styles from "./pad.module.css";
import { PlainEditor } from "./PlainEditor";
import { Results } from "./Results";
import { LANGUAGE } from "./words";

const PLAIN = "intervue.plain-editor";

export function PadPanel({ pad, view }: { pad: Pad; view: PadView }) {
  const [plain, setPlain] = useState(() => stored(PLAIN));
  const { task } = view;
  const available = task.languages.find((one) => one.language === view.language)?.available ?? false;
  const running = pad.isRunning();
  return (
    <div className={styles.pad} data-testid="pad" data-question={task.question_id}>
      <section className={styles.task} aria-label="Task">
        <h2>{task.title}</h2>
        <p className={styles.statement}>{task.statement}</p>
        {task.tests.map((test) => (
          <figure key={test.name} className={styles.example}>
            <figcaption>{test.name}</figcaption>
            <pre tabIndex={0} aria-label={`Input, ${test.name}`}>{test.stdin || "(no input)"}</pre>
            <pre tabIndex={0} aria-label={`Expected output, ${test.name}`}>{test.expected}</pre>
          </figure>
        ))}
        {task.hidden_tests > 0 && (
          <p className={ui.small}>
            {task.hidden_tests === 1 ? "One further test is" : `${task.hidden_tests} further tests are`} run with
            these.
          </p>
        )}
      </section>
      <section className={styles.work} aria-label="Pad">
        <div className={styles.bar}>
          <label>
            <span className="visually-hidden">Language</span>
            <select
              value={view.language}
              onChange={(event) => pad.choose(event.target.value as Language)}
              data-testid="language"
            >
              {task.languages.map(({ language, available: runs }) => (
                <option key={language} value={language}>
                  {LANGUAGE[language]}
                  {runs ? "" : " (cannot be run here)"}
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            className={ui.button}
            onClick={() => pad.run(false)}
            disabled={running || !available}
            data-testid="run"
          >
            Run
          </button>
          <button
            type="button"
            className={ui.button}
            onClick={() => pad.run(true)}
            disabled={running || !available}
            data-testid="run-tests"
          >
            Run tests
          </button>
          <label className={styles.toggle}>
            <input
              type="checkbox"
              checked={plain}
              onChange={(event) => {
                setPlain(event.target.checked);
                store(PLAIN, event.target.checked);
              }}
              data-testid="plain"
            />
            Plain text field
          </label>
          <span className={styles.saved} role="status" data-testid="saved" data-saved={view.saved}>
            {view.saved ? "Saved" : "Saving…"}
          </span>
        </div>
        {!available && (
          <p className={styles.note} data-testid="no-sandbox">
            {LANGUAGE[view.language]} cannot be run here at the moment. Write and explain your code
            as if it could: it is saved, and the interview goes on.
          </p>
        )}
        {plain ? <PlainEditor pad={pad} view={view} /> : <CodeEditor pad={pad} view={view} />}
        {!plain && <p className={ui.small}>Tab indents. To leave the editor: Escape, then Tab.</p>}
        <Results run={view.run} tests={task.tests} />
      </section>
    </div>
  );
}

function stored(key: string): boolean {
  try {
    return localStorage.getItem(key) === "yes";
  } catch {
    return false;
  }
}

function store(key: string, value: boolean): void {
  try {
    localStorage.setItem(key, value ? "yes" : "no");
  } catch {
    // Full, or not allowed: it is asked for again.
  }
}
