import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Pad } from "@/pad/pad";
import { PAD_WORDS } from "@/pad/usePadWords";
import { summary } from "@/pad/words";
import type { ClientMessageV2 } from "@/protocol/messages.gen";
import { Memory, openPad, output, report, result, task } from "./support/pads";

describe("a pad", () => {
  let sent: ClientMessageV2[];
  let online: boolean;
  let drafts: Memory;
  let pad: Pad;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    online = true;
    drafts = new Memory();
    pad = newPad();
    pad.receive(task());
  });
  afterEach(() => vi.useRealTimers());

  const newPad = () => openPad(drafts, (message) => online && sent.push(message) > 0);

  const texts = () => sent.map((message) => ("text" in message ? message.text : ""));
  const saved = (edit: number, revision: number) =>
    pad.receive({ type: "code_saved", question_id: "echo", edit, revision, late: false });

  it("is saved after a pause in the typing, and in any case every two seconds", () => {
    pad.edit("a");
    vi.advanceTimersByTime(300);
    pad.edit("ab");
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(texts()).toEqual(["ab"]);
    for (let n = 0; n < 10; n += 1) {
      pad.edit(`more ${n}`);
      vi.advanceTimersByTime(400);
    }
    expect(sent.length).toBeGreaterThanOrEqual(2);
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it("is saved once the server says so of the newest edit", () => {
    pad.edit("a");
    pad.flush();
    pad.edit("ab");
    saved(1, 1);
    expect(pad.getView()?.saved).toBe(false);
    expect(drafts.kept.size).toBe(1);
    pad.flush();
    saved(2, 2);
    expect(pad.getView()?.saved).toBe(true);
    expect(drafts.kept.size).toBe(0);
  });

  it("keeps what was written while the connection was away, and sends it again", () => {
    online = false;
    pad.edit("written offline");
    vi.advanceTimersByTime(5_000);
    online = true;
    pad.receive(task({ revision: 3, text: "older" }));
    expect(pad.getView()?.text).toBe("written offline");
    expect(texts()).toEqual(["written offline"]);
  });

  it("takes over what another device wrote where nothing is unsaved", () => {
    const before = pad.getView()?.version ?? 0;
    pad.receive(task({ revision: 3, language: "go", text: "from elsewhere" }));
    expect(pad.getView()).toMatchObject({ text: "from elsewhere", language: "go" });
    expect(pad.getView()?.version).toBeGreaterThan(before);
  });

  it("keeps what was written in each language", () => {
    pad.edit("mine");
    pad.choose("go");
    expect(pad.getView()?.text).toBe("// go");
    pad.choose("python");
    expect(pad.getView()?.text).toBe("mine");
    expect(sent.at(-1)).toMatchObject({ type: "code_snapshot", language: "python", text: "mine" });
  });

  it("runs what is on it, shows what comes, and then the result", () => {
    pad.edit("print(1)");
    pad.run(true);
    expect(sent).toEqual([
      {
        type: "code_run",
        run_id: "run-1",
        question_id: "echo",
        edit: 1,
        language: "python",
        text: "print(1)",
        tests: true,
        stdin: null,
      },
    ]);
    pad.run(true);
    expect(sent.length).toBe(1);
    pad.receive(output("<b>1"));
    pad.receive(output("no", { run_id: "another" }));
    expect(pad.getView()?.run?.output).toBe("<b>1");
    pad.receive(result("run-1"));
    expect(pad.isRunning()).toBe(false);
    expect(pad.getView()?.run?.result?.report.verdict).toBe("accepted");
  });

  it("shows output once, however often and however cut it comes", () => {
    pad.run(true);
    const shown = () => pad.getView()?.run?.output;
    pad.receive(output("ab👋"));
    pad.receive(output("ab", { start: 0 }));
    pad.receive(output("👋cd", { start: 2 }));
    pad.receive(output("ab👋cde", { start: 0 }));
    expect(shown()).toBe("ab👋cde");
    pad.receive(output("hij", { start: 8 }));
    expect(shown(), "something may have been missed").toBe("ab👋cdehij");
    pad.receive(output("ab", { attempt: 2 }));
    expect(shown(), "the program was run once more").toBe("ab");
    pad.receive(output("k", { start: 11 }));
    expect(shown(), "of the attempt before").toBe("ab");
    pad.receive(output("c", { attempt: 2, start: 2 }));
    expect(shown()).toBe("abc");
  });

  it("can be read only once the interview has gone on, and sends what was not sent", () => {
    pad.edit("mine");
    pad.at("echo");
    expect(sent).toEqual([]);
    pad.at("next");
    expect(texts()).toEqual(["mine"]);
    expect(pad.getView()).toMatchObject({ over: true, saved: false });
    pad.edit("more");
    pad.choose("go");
    pad.run(true);
    vi.advanceTimersByTime(5_000);
    expect(sent.length).toBe(1);
    saved(1, 1);
    expect(pad.getView()).toMatchObject({ text: "mine", language: "python", saved: true, late: false, run: null });
    pad.receive(task({ question_id: "next" }));
    expect(pad.getView()?.over).toBe(false);
    pad.edit("of the next one");
    expect(pad.getView()?.text).toBe("of the next one");
  });

  it("keeps what was written before it heard that the interview had gone on", () => {
    online = false;
    pad.edit("written offline");
    pad.at(null);
    vi.advanceTimersByTime(5_000);
    online = true;
    pad.receive(task({ revision: 3, text: "older", over: true }));
    expect(texts()).toEqual(["written offline"]);
    const late = { type: "code_saved", question_id: "echo", edit: 1, revision: 4, late: true } as const;
    pad.receive(late);
    expect(pad.getView()).toMatchObject({ text: "written offline", over: true, saved: true, late: true });
    expect(drafts.kept.size).toBe(0);
  });

  it("shows a run to its end though the interview goes on meanwhile", () => {
    pad.run(true);
    pad.at("next");
    pad.receive(result("run-1"));
    expect(pad.getView()?.run?.result?.report.verdict).toBe("accepted");
  });

  it("hears of a result that came while the connection was away", () => {
    pad.run(true);
    pad.receive(task({ last_result: result("run-1") }));
    expect(pad.isRunning()).toBe(false);
  });

  it("asks once more for a run that was lost with the connection, under the same id", () => {
    pad.edit("one");
    pad.run(true, null);
    pad.edit("two");
    sent = [];
    pad.receive(task({ revision: 1, text: "one", last_result: result("an older run") }));
    expect(pad.isRunning()).toBe(true);
    const code = { question_id: "echo", edit: 2, language: "python", text: "two" };
    expect(sent).toEqual([
      { type: "code_run", run_id: "run-1", tests: true, stdin: null, ...code },
      { type: "code_snapshot", ...code },
    ]);
    pad.receive(result("run-1"));
    expect(pad.isRunning()).toBe(false);
    sent = [];
    saved(2, 2);
    pad.receive(task({ revision: 2, text: "two", last_result: result("run-1") }));
    expect(sent).toEqual([]);
    pad.run(false);
    expect(sent).toMatchObject([{ type: "code_run", run_id: "run-2", tests: false }]);
  });

  it("does not ask again for a run that was refused", () => {
    online = false;
    pad.run(true);
    online = true;
    pad.receive(task());
    expect(sent).toEqual([]);
  });

  it("says why a run was refused, and can be run again", () => {
    pad.run(false);
    const error = { type: "error", code: "code.busy", message: "Another run.", recoverable: true } as const;
    pad.receive({ ...error, turn_id: "something else" });
    expect(pad.isRunning()).toBe(true);
    pad.receive({ ...error, turn_id: "run-1" });
    expect(pad.getView()?.run?.problem).toEqual({ why: "refused", code: "code.busy", message: "Another run." });
    online = false;
    pad.run(false);
    expect(pad.isRunning()).toBe(false);
    expect(pad.getView()?.run?.problem).toEqual({ why: "offline" });
    online = true;
    pad.run(false);
    expect(pad.isRunning()).toBe(true);
  });
});

describe("what is said of a run", () => {
  it("counts all tests together", () => {
    expect(summary(report(), true)).toBe("All 3 tests passed");
    expect(summary(report({ verdict: "wrong_answer", hidden_passed: 0 }), true)).toBe(
      "1 of 3 tests passed",
    );
    expect(summary(report({ verdict: "finished" }), false)).toBe("It ran to its end");
    expect(summary(report({ verdict: "sandbox_unavailable", tests: [] }), true)).toBe(
      "Code cannot be run at the moment",
    );
  });

  it("is said in German to whoever reads German", () => {
    const { de } = PAD_WORDS;
    expect(summary(report(), true, de)).toBe("Alle 3 Tests sind bestanden");
    expect(summary(report({ verdict: "time_limit" }), false, de)).toBe("Es hat zu lange gedauert");
    expect(de.refused("Another run.", "code.unheard_of")).toContain("noch einmal");
    expect(de.refused("Too many.", "code.too_many_runs")).toContain("Öfter");
  });
});
