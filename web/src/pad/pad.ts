// The pad of a coding question: its text, and what of it is safe. Knows no React and no editor.
import type {
  ClientMessageV2,
  CodePad,
  CodeResult,
  CodeRun,
  CodeSaved,
} from "@/protocol/messages.gen";
import { type Drafts, fingerprint, leftBehind } from "./drafts";
import type { PadMessage } from "./messages";
import { begun, over, refused, withOutput } from "./output";
import type { Language, PadView, Run, RunProblem } from "./view";

export type { Language, PadView, Run, RunProblem };

const WAIT_MS = 500;
const LONGEST_WAIT_MS = 2_000;
/** Of texts that were sent and not answered, as long as a lost connection is not noticed. */
const MOST_SENT = 100;

export class Pad {
  private view: PadView | null = null;
  private edits = 0;
  private savedEdit = 0;
  private revision = 0;
  private unsavedSince: number | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** What was sent of this question and not answered: it may have arrived. */
  private unanswered: { edit: number; text: string }[] = [];
  /** Of questions that are over: the edit that was the last. */
  private readonly lastEdits = new Map<string, number>();
  private asked: Pick<CodeRun, "run_id" | "tests" | "stdin"> | null = null;
  private ended = false;
  /** What was written in the languages that are not chosen now. */
  private readonly others = new Map<Language, string>();
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly send: (message: ClientMessageV2) => boolean,
    private readonly drafts: Drafts,
    private readonly newId: () => string,
  ) {}

  readonly getView = (): PadView | null => this.view;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly edit = (text: string): void => {
    if (!this.view || this.view.over || text === this.view.text) return;
    this.show({ text });
    this.changed();
  };

  readonly choose = (language: Language): void => {
    const view = this.view;
    if (!view || view.over || language === view.language) return;
    this.others.set(view.language, view.text);
    const starter = view.task.languages.find((one) => one.language === language)?.starter ?? "";
    const text = this.others.get(language) ?? starter;
    this.show({ language, text, version: view.version + 1 });
    this.changed();
    this.flush();
  };

  /** `stdin`: null for the input of the first test. */
  readonly run = (tests: boolean, stdin: string | null = null): void => {
    const view = this.view;
    if (!view || view.over || this.isRunning()) return;
    const runId = this.newId();
    this.asked = { run_id: runId, tests, stdin };
    const problem = this.ask() ? null : ({ why: "offline" } as const);
    this.show({ run: { ...begun(runId, tests), problem } });
  };

  /** Of a run that is known already, the server tells the result or waits for it. What is sent is
   * the newest text: nothing that is older comes after it. */
  private ask(): boolean {
    const code = this.code();
    if (!this.asked || !code) return false;
    return this.sent(this.send({ type: "code_run", ...this.asked, ...code }));
  }

  isRunning(): boolean {
    const run = this.view?.run;
    return run !== null && run !== undefined && run.result === null && run.problem === null;
  }

  /** Now, instead of after a pause in the typing. */
  readonly flush = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = this.unsavedSince = null;
    const code = this.code();
    if (!code || this.ended || this.savedEdit === this.edits) return;
    this.sent(this.send({ type: "code_snapshot", ...code }));
  };

  /** The interview is at this question now. What was written until then is sent at once. */
  readonly at = (questionId: string | null): void => {
    const over = this.view?.task.question_id !== questionId;
    if (!this.view || this.view.over === over) return;
    this.flush();
    this.show({ over });
  };

  /** The interview is over, or was withdrawn: nothing of it stays in this browser. */
  readonly end = (): void => {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.drafts.clear();
  };

  receive(message: PadMessage): void {
    switch (message.type) {
      case "code_pad":
        return this.entered(message);
      case "code_saved":
        return this.wasSaved(message);
      case "code_output":
        return this.show({ run: withOutput(this.view?.run ?? null, message) });
      case "code_result":
        return this.ran(message);
      case "error":
        return this.show({ run: refused(this.view?.run ?? null, message) });
    }
  }

  private entered(task: CodePad): void {
    const before = this.view;
    if (before?.task.question_id === task.question_id) {
      const run = this.after(before.run, task.last_result);
      this.revision = Math.max(this.revision, task.revision);
      if (this.savedEdit !== this.edits) {
        // Written while the connection was away: that is newer than what the server has.
        this.show({ task, run, over: task.over });
      } else {
        const { language, text } = task;
        const same = before.text === text && before.language === language;
        this.show({ task, run, over: task.over, language, text, version: before.version + (same ? 0 : 1) });
      }
      // It, or what came of it, may have been lost with the connection.
      if (this.isRunning()) this.ask();
      return this.flush();
    }
    this.flush();
    if (!before) {
      for (const left of leftBehind(this.drafts, task.question_id)) {
        this.lastEdits.set(left.question_id, left.edit);
        this.send({ type: "code_snapshot", ...left });
      }
    }
    if (before) this.lastEdits.set(before.task.question_id, this.edits);
    this.lastEdits.delete(task.question_id);
    this.savedEdit = this.edits;
    this.unanswered = [];
    this.revision = task.revision;
    this.others.clear();
    const run = this.after(null, task.last_result);
    const version = (before?.version ?? 0) + 1;
    const { language, text } = task;
    this.view = { task, language, text, version, saved: true, over: task.over, late: false, run };
    const left = this.drafts.load(task.question_id);
    const goesOn =
      left?.revision === task.revision || left?.sent?.includes(fingerprint(language, text));
    if (left && goesOn && left.text !== text) {
      // An earlier page was closed before this was safe.
      this.show({ language: left.language, text: left.text });
      this.changed();
      return this.flush();
    }
    this.tell();
  }

  private after(run: Run | null, last: CodeResult | null): Run | null {
    if (run && run.runId !== last?.run_id) return run;
    return last ? over(run, last) : run;
  }

  private wasSaved(message: CodeSaved): void {
    const { question_id, edit, revision } = message;
    if (question_id !== this.view?.task.question_id) {
      if (this.lastEdits.get(question_id) === edit) this.drafts.remove(question_id);
      return;
    }
    this.revision = revision;
    this.savedEdit = Math.max(this.savedEdit, edit);
    this.unanswered = this.unanswered.filter((one) => one.edit > edit);
    if (this.savedEdit !== this.edits) return;
    this.drafts.remove(question_id);
    this.show({ saved: true, late: message.late });
  }

  private ran(message: CodeResult): void {
    const run = this.view?.run;
    if (message.question_id !== this.view?.task.question_id) return;
    if (run && run.runId !== message.run_id && this.isRunning()) return;
    this.show({ run: this.after(run?.runId === message.run_id ? run : null, message) });
  }

  private changed(): void {
    if (!this.view || this.ended) return;
    this.edits += 1;
    this.show({ saved: false });
    this.keep();
    const now = Date.now();
    this.unsavedSince ??= now;
    const left = this.unsavedSince + LONGEST_WAIT_MS - now;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, Math.max(0, Math.min(WAIT_MS, left)));
  }

  private code(): Pick<CodeRun, "question_id" | "edit" | "language" | "text"> | null {
    if (!this.view) return null;
    const { task, language, text } = this.view;
    return { question_id: task.question_id, edit: this.edits, language, text };
  }

  /** `left`: it was handed to the connection, which is not to say that it arrived. */
  private sent(left: boolean): boolean {
    if (!left || !this.view || this.savedEdit === this.edits) return left;
    const text = fingerprint(this.view.language, this.view.text);
    this.unanswered = [...this.unanswered, { edit: this.edits, text }].slice(-MOST_SENT);
    this.keep();
    return left;
  }

  private keep(): void {
    if (!this.view || this.ended) return;
    const { task, language, text } = this.view;
    const sent = this.unanswered.map((one) => one.text);
    this.drafts.save(task.question_id, { language, text, revision: this.revision, sent });
  }

  private show(change: Partial<PadView>): void {
    if (!this.view) return;
    this.view = { ...this.view, ...change };
    this.tell();
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}
