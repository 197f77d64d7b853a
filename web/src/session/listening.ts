// When a hands-free answer begins, pauses and is over: from what the voice detector makes of each
// frame, and from nothing else.

export type Cue =
  /** A voice, or something like one: the interviewer holds their breath. */
  | "hush"
  /** It was none. */
  | "false_start"
  /** It was one, and what it said could not be taken. */
  | "missed"
  /** Nobody is heard, for now. */
  | "pause"
  | "resume"
  | "end";

/** Whether an answer could begin: `later` is asked again, `never` is not. */
export type Begun = "begun" | "later" | "never";

export interface Cues {
  /** `saidForMs`: since the first of it. */
  begin(saidForMs: number): Begun;
  cue(cue: Cue): void;
  /** How long the candidate may think: of the phase, and of who they are. */
  waitMs(): number;
}

/** Probabilities of speech. Between them nothing changes. */
const VOICE = 0.6;
const SILENCE = 0.35;
/** Of a voice, before it counts as somebody who talks. */
const ONSET_MS = 250;
const FALSE_START_MS = 200;
/** The interviewer does not hold their breath for a murmur. */
const LONGEST_DOUBT_MS = 1_000;
const PAUSE_MS = 200;
/** What is said while the answer before is still on its way is kept for so long. */
export const LONGEST_WAIT_MS = 8_000;

type State = "quiet" | "starting" | "waiting" | "talking" | "silent";

export class Listening {
  private state: State = "quiet";
  private now = 0;
  private began = 0;
  private lastVoice = 0;
  /** Of this pause; null where nothing else than usual was said of it. */
  private otherWaitMs: number | null = null;

  constructor(private readonly cues: Cues) {}

  get isAnswering(): boolean {
    return this.state === "talking" || this.state === "silent";
  }

  /** The answer was ended otherwise, or cannot be given. */
  reset(): void {
    const was = this.state;
    this.state = "quiet";
    if (was === "starting") this.cues.cue("false_start");
    if (was === "waiting") this.cues.cue("missed");
  }

  /** This pause ends the answer after another silence than usual. */
  waitOtherwise(waitMs: number): void {
    if (this.state !== "silent") return;
    this.otherWaitMs = waitMs;
    this.endIfOver();
  }

  hear(probability: number, frameMs: number): void {
    this.now += frameMs;
    const isVoice = probability >= VOICE;
    if (probability >= SILENCE && this.state !== "silent") this.lastVoice = this.now;
    const silentMs = this.now - this.lastVoice;
    switch (this.state) {
      case "quiet":
        if (!isVoice) return;
        this.began = this.now - frameMs;
        this.state = "starting";
        return this.cues.cue("hush");
      case "starting":
        if (isVoice && this.now - this.began >= ONSET_MS) return this.begin();
        if (silentMs >= FALSE_START_MS || this.now - this.began >= LONGEST_DOUBT_MS) this.reset();
        return;
      case "waiting":
        return this.begin();
      case "talking":
        if (silentMs >= PAUSE_MS) this.to("silent", "pause");
        return;
      case "silent":
        if (isVoice) {
          this.lastVoice = this.now;
          this.to("talking", "resume");
        } else this.endIfOver();
    }
  }

  private endIfOver(): void {
    const waitMs = this.otherWaitMs ?? this.cues.waitMs();
    if (this.now - this.lastVoice >= waitMs) this.to("quiet", "end");
  }

  private begin(): void {
    const saidForMs = this.now - this.began;
    const begun = this.cues.begin(saidForMs);
    if (begun === "begun") this.state = "talking";
    else if (begun === "never" || saidForMs > LONGEST_WAIT_MS) this.reset();
    else this.state = "waiting";
  }

  private to(state: State, cue: Cue): void {
    this.state = state;
    this.otherWaitMs = null;
    this.cues.cue(cue);
  }
}
