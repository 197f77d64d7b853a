// Giving an answer: by voice or by typing.
import type { Capture } from "@/audio/capture";
import type { Interruption, TurnStart } from "@/protocol/messages.gen";
import type { Answer, Outbox } from "./outbox";
import type { RoomEvent, RoomState } from "./state";
import { canAnswer, canTalk } from "./view";
import { TOO_LONG } from "./wording";

/** Who ends an answer: a released button, or silence. */
export type Mode = NonNullable<TurnStart["mode"]>;

export class Answering {
  capture: Capture | null = null;
  /** Of the answer the microphone is recording. */
  private recording: string | null = null;
  /** Of that answer. */
  mode: Mode | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly state: () => RoomState,
    private readonly dispatch: (event: RoomEvent) => void,
    /** Silences the interviewer, and says how much of them was heard. */
    private readonly interrupt: () => Interruption | null,
    private readonly probe: () => void,
  ) {}

  /** How loud a running answer is, 0 to 1. */
  get level(): number {
    return this.recording === null ? 0 : (this.capture?.level ?? 0);
  }

  /** The candidate begins to talk; whatever the interviewer says is cut off. */
  readonly talk = (mode: Mode = "hold", preRollMs?: number): void => {
    if (!this.capture || !canTalk(this.state())) return;
    const { format, sampleRateHz } = this.capture;
    const turnId = newTurnId();
    const interrupted = this.interrupt();
    this.dispatch({ kind: "answer_started", turnId, input: "voice", text: "" });
    const voice = { kind: "voice", turnId, format, sampleRateHz, interrupted, mode } as const;
    this.outbox.begin({ ...voice, chunks: [], bytes: 0, ended: false, durationMs: null });
    this.recording = turnId;
    this.mode = mode;
    this.capture.start((chunk) => {
      if (this.outbox.append(turnId, chunk) || this.recording !== turnId) return;
      this.dispatch({ kind: "notice", notice: TOO_LONG });
      void this.stopTalking();
    }, preRollMs);
  };

  /** Nobody is heard: the server may prepare its reply. It judges the silence too, so it is given
   * all there is of it. */
  pause(): void {
    if (this.recording === null) return;
    this.capture?.flush();
    this.outbox.pause(this.recording);
  }

  resume(): void {
    if (this.recording !== null) this.outbox.resume(this.recording);
  }

  /** This connection was told of the pause, and it lasts. */
  isPausedAfter(turnId: string, chunks: number): boolean {
    return this.recording === turnId && this.outbox.pausedAfter === chunks;
  }

  readonly stopTalking = async (): Promise<void> => {
    const turnId = this.recording;
    if (turnId === null) return;
    this.dispatch({ kind: "answer_finished" });
    const durationMs = await this.stopCapture();
    this.outbox.finish(turnId, durationMs);
    this.probe();
  };

  readonly discard = async (): Promise<void> => {
    if (this.recording === null) return;
    this.outbox.cancel();
    this.dispatch({ kind: "answer_dropped" });
    await this.stopCapture();
  };

  /** The server has the answer, or will not take it; it may say so before the end. */
  over(turnId: string): void {
    this.outbox.settled(turnId);
    if (this.recording === turnId) void this.stopCapture();
  }

  /** False when no answer can be given now. */
  readonly sendText = (text: string): boolean => {
    if (!text || !canAnswer(this.state())) return false;
    const turnId = newTurnId();
    const interrupted = this.interrupt();
    this.dispatch({ kind: "answer_started", turnId, input: "text", text });
    this.outbox.begin({ kind: "text", turnId, text, interrupted });
    this.probe();
    return true;
  };

  private async stopCapture(): Promise<number> {
    this.recording = this.mode = null;
    const stopped = await this.capture?.stop();
    return stopped?.durationMs ?? 0;
  }

  /** What an earlier page left is finished as it is: nothing said is lost. */
  takeUp(left: Answer): void {
    const text = left.kind === "text" ? left.text : "";
    this.dispatch({ kind: "answer_started", turnId: left.turnId, input: left.kind, text });
    this.dispatch({ kind: "answer_finished" });
    this.outbox.begin(left.kind === "voice" ? { ...left, ended: true } : left);
  }
}

/** Works on pages that are not served securely, where `randomUUID` does not exist. */
export function newTurnId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
