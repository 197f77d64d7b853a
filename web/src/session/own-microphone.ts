// The candidate's microphone: opened, lost, opened again, and listened to without a button.
import type { AudioEngine } from "@/audio/engine";
import { MicrophoneError } from "@/audio/microphone";
import type { EndpointingChanged } from "@/protocol/messages.gen";
import type { Answering } from "./answering";
import { HandsFree } from "./hands-free";
import type { Preference } from "./preferences";
import type { RoomEvent, RoomState } from "./state";

export class OwnMicrophone {
  private engine: AudioEngine | null = null;
  private readonly handsFree: HandsFree;

  constructor(
    private readonly answering: Answering,
    private readonly state: () => RoomState,
    private readonly dispatch: (event: RoomEvent) => void,
    hush: (hushed: boolean) => void,
    private readonly preference?: Preference,
  ) {
    this.handsFree = new HandsFree(answering, state, dispatch, hush);
  }

  attach(engine: AudioEngine): void {
    this.engine = engine;
    engine.onMicrophoneLost = () => {
      void this.answering.stopTalking();
      this.dispatch({ kind: "microphone", microphone: { state: "problem", problem: "lost" } });
    };
  }

  readonly open = async (): Promise<void> => {
    if (!this.engine || this.state().microphone.state === "asking") return;
    this.dispatch({ kind: "microphone", microphone: { state: "asking" } });
    try {
      this.answering.capture = await this.engine.openCapture();
    } catch (error) {
      const problem = error instanceof MicrophoneError ? error.problem : "failed";
      return this.dispatch({ kind: "microphone", microphone: { state: "problem", problem } });
    }
    this.dispatch({ kind: "microphone", microphone: { state: "ready" } });
    const wanted = this.handsFree.wanted || this.preference?.get();
    // The room does not wait for a detector that is several times its size.
    if (wanted) void this.handsFree.on(this.engine);
  };

  /** In this browser it is so the next time, too. */
  readonly setHandsFree = (wanted: boolean): void => {
    this.preference?.set(wanted);
    if (!wanted) this.handsFree.off();
    else if (this.engine) void this.handsFree.on(this.engine);
  };

  endpointing(message: EndpointingChanged): void {
    this.handsFree.endpointing(message);
  }

  close(): void {
    this.handsFree.close();
  }
}
