import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { Pad } from "@/pad/pad";
import { PadPanel } from "@/pad/PadPanel";
import { Memory, output, result, task } from "./support/pads";

// React finds English where it renders without a browser.
vi.mock("@/words/useWords", () => ({ useLanguage: () => "de" }));

/** Words that no German sentence of ours has. */
const ENGLISH = new Set(
  "the your you is are to and of with by it this that code run passed further language output errors compiler input expected saved saving running nothing task cannot be at too took wrong there no try again leave".split(
    " ",
  ),
);

describe("a pad in German", () => {
  let connected = true;
  const pad = new Pad(() => connected, new Memory(), () => "run");
  const german = task({
    title: "Echo",
    statement: "Schreiben Sie, was Sie lesen.",
    languages: [
      { language: "python", starter: "", available: true },
      { language: "go", starter: "", available: false },
    ],
    tests: [{ name: "eins", stdin: "", expected: "a" }],
    text: "",
  });

  function isGerman(where: string): void {
    const page = renderToStaticMarkup(<PadPanel pad={pad} view={pad.getView()!} />);
    const labels = [...page.matchAll(/aria-label="([^"]*)"/g)].map((found) => found[1]);
    const said = [page.replace(/<[^>]*>/g, " "), ...labels].join(" ");
    const words = said.toLowerCase().match(/\p{L}+/gu) ?? [];
    expect(words.length, where).toBeGreaterThan(20);
    expect(words.filter((word) => ENGLISH.has(word)), where).toEqual([]);
  }

  it("shows nothing of ours in English", () => {
    pad.receive(german);
    isGerman("before anything is run");
    pad.run(true);
    pad.receive(output("x", { run_id: "run" }));
    isGerman("while it runs");
    const failed = { name: "eins", verdict: "wrong_answer", stdout: "", stderr: "x", wall_ms: 1 } as const;
    pad.receive(result("run", { verdict: "wrong_answer", tests: [failed], compiler: "x", stderr: "x" }));
    isGerman("a test that failed");
    pad.run(false);
    const message = "Code cannot be run here at the moment.";
    pad.receive(result("run", { verdict: "sandbox_unavailable", tests: [], message }));
    isGerman("a run that could not be made");
    pad.run(false);
    const busy = { type: "error", code: "code.busy", message: "Another run is on.", recoverable: true } as const;
    pad.receive({ ...busy, turn_id: "run" });
    isGerman("a run that was refused");
    connected = false;
    pad.run(false);
    isGerman("a run that was not sent");
    pad.choose("go");
    isGerman("a language that cannot be run");
    pad.at("another");
    isGerman("a task that is over");
    pad.receive({ type: "code_saved", question_id: "echo", edit: 1, revision: 1, late: true });
    isGerman("what came late");
  });
});
