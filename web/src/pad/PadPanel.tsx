"use client";

import { useState } from "react";
import ui from "@/ui/ui.module.css";
import { CodeEditor } from "./CodeEditor";
import type { Language, Pad, PadView } from "./pad";
import styles from "./pad.module.css";
import { PlainEditor } from "./PlainEditor";
import { Results } from "./Results";
import { usePadWords } from "./usePadWords";
import { LANGUAGE } from "./words";

const PLAIN = "intervue.plain-editor";

export function PadPanel({ pad, view }: { pad: Pad; view: PadView }) {
  const [plain, setPlain] = useState(() => stored(PLAIN));
  const words = usePadWords();
  const { task } = view;
  const available = task.languages.find((one) => one.language === view.language)?.available ?? false;
  const idle = !pad.isRunning() && !view.over;
  const panel = (
    <div className={styles.pad} data-testid="pad" data-question={task.question_id}>
      <section className={styles.task} aria-label={words.task}>
        <h2>{task.title}</h2>
        <p className={styles.statement}>{task.statement}</p>
        {task.tests.map((test) => (
          <figure key={test.name} className={styles.example}>
            <figcaption>{test.name}</figcaption>
            <pre tabIndex={0} aria-label={words.input(test.name)}>{test.stdin || words.noInput}</pre>
            <pre tabIndex={0} aria-label={words.expectedOf(test.name)}>{test.expected}</pre>
          </figure>
        ))}
        {task.hidden_tests > 0 && (
          <p className={ui.small}>{words.further(task.hidden_tests)}</p>
        )}
      </section>
      <section className={styles.work} aria-label={words.pad}>
        <div className={styles.bar}>
          <label>
            <span className="visually-hidden">{words.language}</span>
            <select
              value={view.language}
              disabled={view.over}
              onChange={(event) => pad.choose(event.target.value as Language)}
              data-testid="language"
            >
              {task.languages.map(({ language, available: runs }) => (
                <option key={language} value={language}>
                  {runs ? LANGUAGE[language] : words.notHere(LANGUAGE[language])}
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            className={ui.button}
            onClick={() => pad.run(false)}
            disabled={!idle || !available}
            data-testid="run"
          >
            {words.run}
          </button>
          <button
            type="button"
            className={ui.button}
            onClick={() => pad.run(true)}
            disabled={!idle || !available}
            data-testid="run-tests"
          >
            {words.runTests}
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
            {words.plain}
          </label>
          <span className={styles.saved} role="status" data-testid="saved" data-saved={view.saved}>
            {view.saved ? words.saved : words.saving}
          </span>
        </div>
        {view.over && (
          <p className={styles.note} role="status" data-testid="pad-over">
            {view.late ? `${words.over} ${words.late}` : words.over}
          </p>
        )}
        {!available && !view.over && (
          <p className={styles.note} data-testid="no-sandbox">
            {words.noSandbox(LANGUAGE[view.language])}
          </p>
        )}
        {plain ? <PlainEditor pad={pad} view={view} /> : <CodeEditor pad={pad} view={view} />}
        {!plain && <p className={ui.small}>{words.keys}</p>}
        <Results run={view.run} tests={task.tests} />
      </section>
    </div>
  );
  if (!view.over) return panel;
  return (
    <details open className={styles.over}>
      <summary>{words.isOver(task.title)}</summary>
      {panel}
    </details>
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
