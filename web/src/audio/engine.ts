import { createCapture, type Capture } from "./capture";
import { openDetector, type Detector } from "./detector";
import { MicrophoneError, openMicrophone } from "./microphone";
import { ScheduledSink } from "./scheduled-sink";
import { PLAYBACK_RATE, type Sink } from "./sink";
import { WorkletSink } from "./worklet-sink";

/**
 * The browser's audio, unlocked by a click: `create` must be called in its handler.
 * Sound out has a context at the wire's own rate, sound in one at the microphone's:
 * not every browser connects a microphone to a context of another rate.
 */
export class AudioEngine {
  private microphone: { stream: MediaStream; capture: Capture } | null = null;
  /** The microphone went away by itself. */
  onMicrophoneLost: () => void = () => undefined;

  private constructor(
    private readonly output: AudioContext,
    private readonly input: AudioContext,
  ) {}

  static create(): AudioEngine {
    const output = outputContext();
    const input = new AudioContext({ latencyHint: "interactive" });
    void output.resume();
    void input.resume();
    return new AudioEngine(output, input);
  }

  async sink(): Promise<Sink> {
    // Undefined on pages that are not served securely, whatever its type says.
    const worklets = this.output.audioWorklet as AudioWorklet | undefined;
    if (worklets) {
      try {
        return await WorkletSink.create(this.output);
      } catch {
        // Pieces scheduled one after the other will do.
      }
    }
    return new ScheduledSink(this.output);
  }

  /** Throws `MicrophoneError`. */
  async openCapture(): Promise<Capture> {
    this.closeMicrophone();
    const stream = await openMicrophone();
    try {
      const capture = await createCapture(this.input, stream);
      stream.getAudioTracks()[0]?.addEventListener("ended", () => this.lost(stream));
      this.microphone = { stream, capture };
      return capture;
    } catch {
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneError("failed");
    }
  }

  /** Of the open microphone; it is deaf once that is another one. */
  async openDetector(onFrame: (probability: number) => void): Promise<Detector> {
    if (!this.microphone?.capture.looksBack) throw new Error("no microphone that looks back");
    return openDetector(this.input, this.microphone.stream, onFrame);
  }

  /** A phone call or a locked screen suspends the sound; a click or coming back resumes it. */
  wake(): void {
    for (const context of [this.output, this.input]) {
      if (context.state !== "running") void context.resume();
    }
  }

  close(): void {
    this.closeMicrophone();
    void this.output.close();
    void this.input.close();
  }

  private lost(stream: MediaStream): void {
    if (this.microphone?.stream === stream) this.onMicrophoneLost();
  }

  private closeMicrophone(): void {
    const microphone = this.microphone;
    this.microphone = null;
    microphone?.capture.close();
    for (const track of microphone?.stream.getTracks() ?? []) track.stop();
  }
}

function outputContext(): AudioContext {
  try {
    return new AudioContext({ sampleRate: PLAYBACK_RATE, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}
