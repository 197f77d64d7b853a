import { describe, expect, it } from "vitest";
import type { Line, Quote, QuoteCorrection } from "@/api/evaluation";
import { spanOf } from "@/desk/review/playing";
import { misheard, mishearing } from "@/desk/review/words";

const QUOTE: Quote = { utterance_id: "a", start: 2, end: 7, quote: "wrote", source: "speech", correction: null };
const CORRECTION: QuoteCorrection = {
  recognized: "wrote",
  now: "rode a",
  start: 4,
  end: 10,
  is_scored: false,
  corrected_by: "grace",
  corrected_at: "2026-05-04T12:00:00Z",
};

describe("words that were set right", () => {
  const corrected = { ...QUOTE, correction: CORRECTION };

  it("stand at their place in the answer as it should read", () => {
    expect(spanOf(QUOTE)).toMatchObject({ start: 2, end: 7 });
    expect(spanOf(corrected)).toMatchObject({ start: 4, end: 10 });
  });

  it("say what was misheard, unless these very words were not", () => {
    expect(mishearing(QUOTE)).toBeNull();
    expect(mishearing(corrected)).toEqual({ heard: "wrote", now: "rode a" });
    expect(mishearing({ ...QUOTE, correction: { ...CORRECTION, now: "wrote" } })).toBeNull();
  });

  it("are none where a correction was taken back", () => {
    const made = { utterance_id: "a", version: 2, text: "I rode a bike.", reason: "", corrected_by: null, created_at: "" };
    const recognized = ["a", "b"].map((utterance_id) => ({ utterance_id, text: "I wrote." }) as Line);
    const kept = misheard(
      recognized,
      new Map([
        ["a", made],
        ["b", { ...made, utterance_id: "b", text: "I wrote." }],
      ]),
    );
    expect([...kept.keys()]).toEqual(["a"]);
  });
});
