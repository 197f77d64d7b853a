// Answering without a button: a voice begins an answer, and silence ends it.
import { DETECTOR_FRAME_MS, type Detector } from "@/audio/detector";
import type { EndpointingChanged } from "@/protocol/messages.gen";
import type { Answering } from "./answering";
import { Listening, type Begun, type Cue } from "./listening";
import type { RoomEvent, RoomState } from "./state";
import { canListen, canTalk } from "./view";
import { MISSED } from "./wording";

/** Before the detector was sure of it: the first sounds of a word are quiet. */
const BEFORE_ONSET_MS = 350;

export interface Microphone {
  openDetector(onFrame: (probability: number) => void): Promise<Detector>;
}

export class HandsFree {
  private detector: Detector | null = null;
  /** Counts up, so that a detector that is late for its own closing is closed. */
  private opened = 0;
  private readonly listening: Listening;

  constructor(
    private readonly answering: Answering,
    private readonly state: () => RoomState,
    private readonly dispatch: (event: RoomEvent) => void,
    /** The interviewer holds their breath, or goes on. */
    private readonly hush: (hushed: boolean) => void,
  ) {
    this.listening = new Listening({
      begin: (saidForMs) => this.begin(saidForMs),
      cue: (cue) => this.take(cue),
      waitMs: () => this.state().endpointingMs,
    });
  }

  get wanted(): boolean {
    const { handsFree } = this.state();
    return handsFree === "on" || handsFree === "loading";
  }

  /** Also when the microphone is another one: of the old one nothing is heard any more. */
  async on(microphone: Microphone): Promise<void> {
    this.close();
    const mine = this.opened;
    this.dispatch({ kind: "hands_free", handsFree: "loading" });
    try {
      const detector = await microphone.openDetector((probability) => this.hear(probability));
      if (mine !== this.opened) return detector.close();
      this.detector = detector;
      this.dispatch({ kind: "hands_free", handsFree: "on" });
    } catch {
      if (mine === this.opened) this.dispatch({ kind: "hands_free", handsFree: "failed" });
    }
  }

  /** How the answer sounds, at a pause that may be over by now. */
  endpointing({ turn_id, chunks, usual_ms, wait_ms }: EndpointingChanged): void {
    if (usual_ms !== this.state().endpointingMs) return;
    if (this.answering.isPausedAfter(turn_id, chunks)) this.listening.waitOtherwise(wait_ms);
  }

  /** An answer under way is finished. */
  off(): void {
    this.close();
    this.dispatch({ kind: "hands_free", handsFree: "off" });
  }

  close(): void {
    this.opened += 1;
    this.detector?.close();
    this.detector = null;
    const wasAnswering = this.listening.isAnswering;
    this.listening.reset();
    if (wasAnswering && this.answering.mode === "hands_free") void this.answering.stopTalking();
  }

  private hear(probability: number): void {
    const { mode } = this.answering;
    const isDeaf = mode === "hold" || !canListen(this.state());
    const isOver = this.listening.isAnswering && mode === null;
    if (isDeaf || isOver) this.listening.reset();
    if (!isDeaf) this.listening.hear(probability, DETECTOR_FRAME_MS);
  }

  private begin(saidForMs: number): Begun {
    if (!canTalk(this.state())) return this.state().answer ? "later" : "never";
    this.answering.talk("hands_free", saidForMs + BEFORE_ONSET_MS);
    this.hush(false);
    return "begun";
  }

  private take(cue: Cue): void {
    switch (cue) {
      case "hush":
        return this.hush(true);
      case "false_start":
        return this.hush(false);
      case "missed":
        this.dispatch({ kind: "notice", notice: MISSED });
        return this.hush(false);
      case "pause":
        return this.answering.pause();
      case "resume":
        return this.answering.resume();
      case "end":
        void this.answering.stopTalking();
    }
  }
}
