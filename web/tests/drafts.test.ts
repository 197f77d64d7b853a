import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Draft, StoredDrafts } from "@/pad/drafts";
import type { Pad } from "@/pad/pad";
import type { ClientMessageV2 } from "@/protocol/messages.gen";
import { Memory, openPad, task } from "./support/pads";

describe("a draft", () => {
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

  const saved = (edit: number, revision: number) =>
    pad.receive({ type: "code_saved", question_id: "echo", edit, revision, late: false });

  it("of a page that was closed is gone on with", () => {
    online = false;
    pad.edit("lost page");
    vi.advanceTimersByTime(5_000);
    online = true;
    pad = newPad();
    pad.receive(task());
    expect(pad.getView()?.text).toBe("lost page");
    expect(sent).toMatchObject([{ text: "lost page" }]);
  });

  it("is let go where somebody else has written since", () => {
    pad.edit("sent");
    pad.flush();
    online = false;
    pad.edit("out of date");
    online = true;
    pad = newPad();
    pad.receive(task({ revision: 7, text: "newer" }));
    expect(pad.getView()?.text).toBe("newer");
  });

  it("is gone on with where a save arrived and its answer did not", () => {
    for (const text of ["A", "AB", "ABC"]) {
      pad.edit(text);
      pad.flush();
    }
    saved(1, 1);
    online = false;
    pad.edit("ABC and two minutes more");
    online = true;
    for (const arrived of ["AB", "ABC"]) {
      const reopened = newPad();
      const left = drafts.load("echo");
      reopened.receive(task({ revision: 2, text: arrived }));
      expect(reopened.getView()?.text).toBe("ABC and two minutes more");
      drafts.save("echo", left!);
    }
  });

  it("is gone on with where the last answer came after the last key", () => {
    pad.edit("A");
    pad.flush();
    pad.edit("AB");
    saved(1, 1);
    const reopened = newPad();
    reopened.receive(task({ revision: 1, text: "A" }));
    expect(reopened.getView()?.text).toBe("AB");
  });

  it("of a question that is over is removed once the last of it is safe", () => {
    pad.edit("a");
    pad.flush();
    pad.edit("all of it");
    pad.receive(task({ question_id: "next" }));
    expect(sent.at(-1)).toMatchObject({ question_id: "echo", edit: 2, text: "all of it" });
    saved(1, 1);
    expect(drafts.kept.size).toBe(1);
    saved(2, 2);
    expect(drafts.kept.size).toBe(0);
    expect(pad.getView()?.task.question_id).toBe("next");
  });

  it("of a question that is over is sent by the next page that is opened", () => {
    online = false;
    pad.edit("lost page");
    online = true;
    pad = newPad();
    pad.receive(task({ question_id: "next", text: "" }));
    expect(sent).toMatchObject([{ type: "code_snapshot", question_id: "echo", text: "lost page" }]);
    expect(pad.getView()?.text).toBe("");
    pad.edit("meanwhile");
    expect(drafts.kept.size).toBe(2);
    pad.receive({ type: "code_saved", question_id: "echo", edit: 0, revision: 9, late: true });
    expect([...drafts.kept.keys()]).toEqual(["next"]);
    expect(pad.getView()).toMatchObject({ text: "meanwhile", saved: false, late: false });
  });

  it("is shown where its question is over, and sent", () => {
    online = false;
    pad.edit("lost page");
    online = true;
    pad = newPad();
    pad.receive(task({ over: true }));
    expect(pad.getView()).toMatchObject({ text: "lost page", over: true });
    expect(sent).toMatchObject([{ question_id: "echo", text: "lost page" }]);
  });

  it("is not left behind once the interview is over", () => {
    online = false;
    pad.edit("mine");
    online = true;
    pad.end();
    pad.edit("a key more");
    pad.flush();
    vi.advanceTimersByTime(5_000);
    expect(drafts.kept.size).toBe(0);
    expect(sent).toEqual([]);
  });
});

/** As the browser's: what is kept are its own properties. */
class FakeStorage {
  getItem(key: string): string | null {
    return (Object.getOwnPropertyDescriptor(this, key)?.value as string | undefined) ?? null;
  }
  setItem(key: string, value: string): void {
    Object.assign(this, { [key]: value });
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

describe("drafts in the browser", () => {
  beforeEach(() => vi.stubGlobal("localStorage", new FakeStorage()));
  afterEach(() => vi.unstubAllGlobals());

  it("are cleared of one interview, and of no other", () => {
    const draft: Draft = { language: "python", text: "mine", revision: 1, sent: [] };
    const one = new StoredDrafts("one");
    const other = new StoredDrafts("one-more");
    for (const drafts of [one, other]) for (const id of ["a", "b"]) drafts.save(id, draft);
    localStorage.setItem("intervue.language", "de");
    one.clear();
    expect(one.load("a")).toBeNull();
    expect(one.load("b")).toBeNull();
    expect(one.questions()).toEqual([]);
    expect(other.questions()).toEqual(["a", "b"]);
    expect(other.load("b")).toEqual(draft);
    expect(localStorage.getItem("intervue.language")).toBe("de");
  });
});
