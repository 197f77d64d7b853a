import { describe, expect, it } from "vitest";
import { Listening, LONGEST_WAIT_MS, type Begun } from "@/session/listening";

const FRAME_MS = 32;

/** Frames of a detector, and what the room is told after so many milliseconds. */
function listener({ waitMs = 1_000, begun = () => "begun" as Begun } = {}) {
  const told: string[] = [];
  let now = 0;
  const listening = new Listening({
    begin: (saidForMs) => {
      const answer = begun();
      told.push(`${answer} ${now} (${saidForMs})`);
      return answer;
    },
    cue: (cue) => told.push(`${cue} ${now}`),
    waitMs: () => waitMs,
  });
  const hear = (probability: number, ms: number) => {
    for (let heard = 0; heard < ms; heard += FRAME_MS) {
      now += FRAME_MS;
      listening.hear(probability, FRAME_MS);
    }
    return told.splice(0);
  };
  return { listening, told, voice: (ms: number) => hear(0.9, ms), silence: (ms: number) => hear(0, ms), hear };
}

describe("listening", () => {
  it("hushes the interviewer at the first frame, and begins after a quarter of a second", () => {
    const { voice } = listener();
    expect(voice(220)).toEqual(["hush 32"]);
    expect(voice(32)).toEqual(["begun 256 (256)"]);
  });

  it("takes a cough for none", () => {
    const { voice, silence } = listener();
    expect(voice(100)).toEqual(["hush 32"]);
    expect(silence(1_000)).toEqual(["false_start 352"]);
    expect(silence(5_000)).toEqual([]);
  });

  it("says that nobody is heard, and ends after the whole wait", () => {
    const { voice, silence } = listener({ waitMs: 960 });
    voice(960);
    expect(silence(5_000)).toEqual(["pause 1184", "end 1920"]);
  });

  it("lets people think", () => {
    const { voice, silence } = listener({ waitMs: 960 });
    voice(960);
    expect(silence(900).map((each) => each.split(" ")[0])).toEqual(["pause"]);
    expect(voice(64).map((each) => each.split(" ")[0])).toEqual(["resume"]);
    expect(silence(900).map((each) => each.split(" ")[0])).toEqual(["pause"]);
    expect(silence(96).map((each) => each.split(" ")[0])).toEqual(["end"]);
  });

  it("ends sooner or later where it is told so of this pause, and of this one alone", () => {
    const { listening, voice, silence } = listener({ waitMs: 704 });
    voice(960);
    expect(silence(256)).toEqual(["pause 1184"]);
    listening.waitOtherwise(400);
    expect(silence(5_000)).toEqual(["end 1376"]);
    voice(320);
    silence(256);
    listening.waitOtherwise(1_050);
    expect(silence(704)).toEqual([]);
    voice(64); // they speak again: the next pause is another one
    expect(silence(704).map((each) => each.split(" ")[0])).toEqual(["pause", "end"]);
  });

  it("ends at once where so much silence has passed, and never while somebody speaks", () => {
    const { listening, told, voice, silence } = listener({ waitMs: 704 });
    listening.waitOtherwise(400);
    voice(960);
    listening.waitOtherwise(400);
    silence(608);
    expect(told).toEqual([]);
    listening.waitOtherwise(400);
    expect(told).toEqual(["end 1568"]);
    expect(listening.isAnswering).toBe(false);
  });

  it("does not pause for what is neither voice nor silence", () => {
    const { voice, hear } = listener();
    voice(960);
    expect(hear(0.5, 3_000)).toEqual([]);
  });

  it("keeps what is said while the answer before is on its way", () => {
    let taken: Begun = "later";
    const { voice, silence } = listener({ begun: () => taken });
    voice(500);
    silence(1_000); // said, and nobody could take it yet
    taken = "begun";
    expect(silence(32)).toEqual(["begun 1568 (1568)"]);
    expect(silence(5_000).map((each) => each.split(" ")[0])).toEqual(["pause", "end"]);
  });

  it("gives up after a while, and at once where no answer can be given", () => {
    const later = listener({ begun: () => "later" });
    later.voice(300);
    expect(later.silence(LONGEST_WAIT_MS).at(-1)).toMatch(/^missed/);
    const never = listener({ begun: () => "never" });
    expect(never.voice(256).map((each) => each.split(" ")[0])).toEqual(["hush", "never", "false_start"]);
  });

  it("does not silence the interviewer for a murmur after one loud sound", () => {
    const { voice, hear } = listener();
    voice(32);
    expect(hear(0.45, 60_000)).toEqual(["false_start 1024"]);
  });

  it("begins anew once the answer was ended otherwise", () => {
    const { listening, voice } = listener();
    voice(600);
    expect(listening.isAnswering).toBe(true);
    listening.reset();
    expect(listening.isAnswering).toBe(false);
    expect(voice(320).map((each) => each.split(" ")[0])).toEqual(["hush", "begun"]);
  });
});
