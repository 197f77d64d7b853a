import { describe, expect, it } from "vitest";
import { en } from "@/words/en";
import { canAnswer, canRepeat, currentUtterance, heardCaptions, orbState, progressLabel } from "@/session/view";
import type { RoomEvent } from "@/session/state";
import { after, from, greeting, line, playback, started } from "./support/messages";

const answering: RoomEvent = { kind: "answer_started", turnId: "turn-0001", input: "voice", text: "" };
const finished: RoomEvent = { kind: "answer_finished" };
const entered: RoomEvent[] = [{ kind: "link", link: "connecting" }, from(started())];
const lost: RoomEvent = { kind: "link", link: "reconnecting" };

function captions(...events: RoomEvent[]): string[] {
  const utterance = currentUtterance(after(...events));
  return utterance ? heardCaptions(utterance).map((caption) => caption.text) : [];
}

describe("the room drawn from a snapshot", () => {
  it("stands at the question", () => {
    const state = after(...entered);
    expect(progressLabel(state, en)).toBe("Main questions · 3 of 8");
    expect(state.question?.text).toBe("Tell me about a service you own.");
    expect(orbState(state)).toBe("listening");
  });

  it("waits for the greeting of a new interview", () => {
    expect(orbState(after(from(started({ status: "created", transcript: [] }))))).toBe("thinking");
  });

  it("keeps what was said, once each and in order", () => {
    const known = from(line(2, "candidate", "early copy"));
    const state = after(
      known,
      from(line(5, "interviewer", "later")),
      from(started({ transcript: [line(1, "interviewer", "Hi"), line(2, "candidate", "Hello")] })),
      from(line(3, "interviewer", "Go on")),
    );
    expect(state.transcript.map((entry) => entry.text)).toEqual(["Hi", "Hello", "Go on", "later"]);
  });

  it("shows the question being asked, which a connection that goes on knows and the snapshot does not", () => {
    const asked = from({
      type: "phase",
      phase: "wrap_up",
      question_id: "last",
      question_text: "What would you like to ask me?",
      question_number: 4,
      question_count: 8,
      budget_left_s: 60,
      endpointing_ms: 700,
    });
    const goingOn = after(...entered, asked, lost, from(started({}, 17)));
    expect(goingOn.question?.text).toBe("What would you like to ask me?");
    const afresh = after(...entered, asked, lost, from(started()));
    expect(afresh.question?.text).toBe("Tell me about a service you own.");
    // It was lost on the server's side, where it is not on record yet.
    const said = from({ type: "utterance_start", utterance_id: "u9", turn_id: "", sequence: 9 });
    const ahead = after(...entered, asked, said, lost, from(started()));
    expect(ahead.question?.text).toBe("What would you like to ask me?");
    expect(ahead.phase).toBe("wrap_up");
    const stored = started({ transcript: [line(9, "interviewer", "And?")] });
    const caughtUp = after(...entered, asked, said, lost, from(stored));
    expect(caughtUp.question?.text).toBe("Tell me about a service you own.");
  });

  it("is over when the interview is", () => {
    expect(orbState(after(from(started({ status: "completed" }))))).toBe("ended");
  });

  it("is paused when the interview is, and not after", () => {
    const paused = after(from(started({ status: "paused" })));
    expect(orbState(paused)).toBe("paused");
    expect(canAnswer(paused)).toBe(false);
    expect(after(from(started({ status: "paused" })), from({ type: "resumed" })).pause).toBeNull();
  });
});

describe("captions follow the sound", () => {
  it("shows nothing before it is heard", () => {
    expect(captions(...entered, ...greeting)).toEqual([]);
  });

  it("shows a sentence as it begins", () => {
    expect(captions(...entered, ...greeting, playback(10))).toEqual(["Hello."]);
    expect(captions(...entered, ...greeting, playback(899))).toEqual(["Hello."]);
    expect(captions(...entered, ...greeting, playback(901))).toEqual(["Hello.", "How are you?"]);
  });

  it("keeps them after the end, and only what was heard after an interruption", () => {
    expect(captions(...entered, ...greeting, playback(2000, true))).toHaveLength(2);
    expect(captions(...entered, ...greeting, playback(400, true))).toEqual(["Hello."]);
  });

  it("goes on with the same utterance when its stage runs again", () => {
    const again: RoomEvent[] = [
      from({ type: "utterance_start", utterance_id: "u1-again", turn_id: "", sequence: 1 }),
      from({ type: "sentence", utterance_id: "u1-again", index: 1, text: "How are you?", start_ms: 900 }),
      playback(1000, false, "u1-again"),
    ];
    expect(captions(...entered, ...greeting, playback(950), ...again)).toEqual([
      "Hello.",
      "How are you?",
    ]);
  });

  it("finishes one utterance before the next is shown", () => {
    const next = from({ type: "utterance_start", utterance_id: "u2", turn_id: "", sequence: 2 });
    const state = after(...entered, ...greeting, playback(500), next);
    expect(currentUtterance(state)?.utteranceId).toBe("u1");
    expect(currentUtterance(after(...entered, ...greeting, playback(2000, true), next))?.utteranceId).toBe("u2");
  });
});

describe("what the room is doing", () => {
  it("thinks from the end of the answer until the sound begins", () => {
    const answered = [...entered, answering, finished];
    expect(orbState(after(...entered, answering))).toBe("listening");
    expect(orbState(after(...answered))).toBe("thinking");
    const generating = [...answered, from({ type: "status", state: "generating" })];
    const committed = from({ type: "turn_committed", turn_id: "turn-0001", sequence: 2 });
    expect(orbState(after(...answered, committed))).toBe("thinking");
    expect(orbState(after(...generating, committed))).toBe("thinking");
    const speaking = from({ type: "status", state: "speaking" });
    expect(orbState(after(...generating, committed, speaking, ...greeting))).toBe("thinking");
    expect(orbState(after(...generating, committed, speaking, ...greeting, playback(1)))).toBe("speaking");
    expect(orbState(after(...generating, committed, speaking, ...greeting, playback(9, true)))).toBe("listening");
  });

  it("is the candidate's turn once ready, but not before the sound is over", () => {
    const ready = from({ type: "status", state: "ready" });
    expect(orbState(after(...entered, ...greeting, playback(10), ready))).toBe("speaking");
    expect(orbState(after(...entered, ...greeting, playback(2000, true), ready))).toBe("listening");
  });

  it("lets the goodbye be heard before it is over", () => {
    const end = from({ type: "session_ended", session_id: "i1", total_turns: 4, outcome: "completed" });
    expect(orbState(after(...entered, ...greeting, playback(10), end))).toBe("speaking");
    expect(orbState(after(...entered, ...greeting, end, playback(2000, true)))).toBe("ended");
    expect(after(...entered, end, lost).link).toBe("open");
  });

  it("keeps listening when a pause comes in the middle of an answer", () => {
    const paused = from({ type: "paused", reason: "silence" });
    expect(orbState(after(...entered, answering, paused))).toBe("listening");
    expect(orbState(after(...entered, answering, finished, paused))).toBe("paused");
  });

  it("pauses at once for the eye, and takes it back", () => {
    const wanted: RoomEvent = { kind: "pause_requested", wanted: true };
    expect(orbState(after(...entered, wanted))).toBe("paused");
    expect(orbState(after(...entered, answering, finished, wanted))).toBe("thinking");
    expect(orbState(after(...entered, wanted, { kind: "pause_requested", wanted: false }))).toBe("listening");
  });
});

describe("an answer", () => {
  it("is shown as it is recognized, then as it was committed", () => {
    const partial = from({ type: "partial_transcript", turn_id: "turn-0001", text: "I own the" });
    const final = from(line(2, "candidate", "I own the billing service.", "turn-0001"));
    expect(after(...entered, answering, partial).ownWords?.text).toBe("I own the");
    const words = after(...entered, answering, partial, final, partial).ownWords;
    expect(words).toEqual({ turnId: "turn-0001", text: "I own the billing service.", final: true });
    const reply = [...greeting, playback(500)];
    expect(after(...entered, answering, final, ...reply).ownWords).toEqual(words);
    expect(after(...entered, answering, final, ...reply, playback(2000, true)).ownWords).toBeNull();
  });

  it("is pending until the server has it", () => {
    expect(canAnswer(after(...entered, answering, finished))).toBe(false);
    const other = from({ type: "turn_committed", turn_id: "turn-0000", sequence: 2 });
    expect(after(...entered, answering, finished, other).answer).not.toBeNull();
    const mine = from({ type: "turn_committed", turn_id: "turn-0001", sequence: 2 });
    expect(after(...entered, answering, finished, mine).answer).toBeNull();
  });

  it("survives a lost connection, and is settled by the snapshot", () => {
    const during = after(...entered, answering, lost);
    expect(orbState(during)).toBe("reconnecting");
    expect(during.answer).toMatchObject({ turnId: "turn-0001", recording: true });
    const back = after(...entered, answering, finished, lost, from(started({}, 7)));
    expect(back.answer?.turnId).toBe("turn-0001");
    expect(back.notice?.text(en)).toContain("Your answer has been sent");
    const safe = from(started({ committed_turns: ["turn-0001"] }, 7));
    expect(after(...entered, answering, finished, lost, safe).answer).toBeNull();
  });

  it.each([
    ["no_speech", "no words"],
    ["failed", "type your answer"],
  ] as const)("that came to nothing (%s) may be given again", (reason, words) => {
    const discarded = from({ type: "turn_discarded", turn_id: "turn-0001", reason, resume: null });
    const state = after(...entered, answering, finished, discarded);
    expect(canAnswer(state)).toBe(true);
    expect(state.notice?.text(en)).toContain(words);
  });

  it("ends with an error about it, but not with one that passes", () => {
    const error = (code: string) =>
      from({ type: "error", code, message: "Sorry.", recoverable: true, turn_id: "turn-0001" });
    const told = (code: string) => after(...entered, answering, finished, error(code));
    for (const code of ["stt.unavailable", "stream.lost", "audio.too_long", "turn.out_of_order"]) {
      expect(told(code)).toMatchObject({ answer: null, notice: { kind: "warning" } });
      expect(told(code).notice?.text(en)).toBe("Sorry.");
    }
    for (const code of ["temporal.unavailable", "temporal.refused", "rate.exceeded"]) {
      expect(told(code).answer).not.toBeNull();
      expect(told(code).notice?.text(en)).toContain("Your answer is saved.");
    }
  });

  it("keeps the question from being asked again meanwhile", () => {
    expect(canRepeat(after(...entered))).toBe(true);
    expect(canRepeat(after(...entered, answering))).toBe(false);
    expect(canRepeat(after(...entered, lost))).toBe(false);
  });

  it("is told of a delay only until it goes on", () => {
    const late = from({
      type: "error",
      code: "stream.unavailable",
      message: "the event streams are out of reach",
      recoverable: true,
      turn_id: null,
    });
    const state = [...entered, answering, finished, late];
    expect(after(...state).notice?.kind).toBe("delay");
    expect(after(...state, from({ type: "turn_accepted", turn_id: "turn-0001" })).notice).toBeNull();
  });

  it("is not told of what is none of its business", () => {
    const error = (code: string, turn_id: string | null) =>
      from({ type: "error", code, message: "x", recoverable: true, turn_id });
    expect(after(...entered, error("turn.out_of_order", "turn-gone")).notice).toBeNull();
    expect(after(...entered, error("protocol.violation", null)).notice).toBeNull();
    expect(after(...entered, error("tts.unavailable", null)).notice?.text(en)).toBe("x");
  });
});
