// One open microphone that is being tried: how loud it is, and how somebody sounds in it.
import { createCapture, type Capture } from "@/audio/capture";
import { MicrophoneError, openMicrophone } from "@/audio/microphone";
import { peakOf } from "./level";
import { soundOf } from "./sound";

export const RECORD_MS = 5_000;

export class MicrophoneProbe {
  /** It went away by itself. */
  onLost: () => void = () => undefined;
  private readonly samples: Float32Array<ArrayBuffer>;
  private chunks: Uint8Array[] = [];
  private playing: AudioBufferSourceNode | null = null;

  private constructor(
    private readonly context: AudioContext,
    private readonly stream: MediaStream,
    private readonly analyser: AnalyserNode,
    private readonly capture: Capture,
  ) {
    this.samples = new Float32Array(analyser.fftSize);
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this.onLost());
  }

  /** Throws `MicrophoneError`. */
  static async open(context: AudioContext): Promise<MicrophoneProbe> {
    const stream = await openMicrophone();
    try {
      const analyser = new AnalyserNode(context, { fftSize: 2048 });
      context.createMediaStreamSource(stream).connect(analyser);
      return new MicrophoneProbe(context, stream, analyser, await createCapture(context, stream));
    } catch {
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneError("failed");
    }
  }

  get deviceId(): string {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** Of the last 40 ms or so, from 0 to 1. */
  peak(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return peakOf(this.samples);
  }

  record(): void {
    this.chunks = [];
    this.capture.start((chunk) => this.chunks.push(chunk), 0);
  }

  async stopRecording(): Promise<void> {
    await this.capture.stop();
  }

  /** What was recorded, to its end. Throws where the browser cannot read its own recording. */
  async play(): Promise<void> {
    const { format, sampleRateHz } = this.capture;
    const buffer = await soundOf(this.context, this.chunks, format, sampleRateHz);
    await new Promise<void>((resolve) => {
      const source = new AudioBufferSourceNode(this.context, { buffer });
      source.connect(this.context.destination);
      source.onended = () => resolve();
      this.playing = source;
      source.start();
    });
    this.playing = null;
  }

  close(): void {
    this.playing?.stop();
    this.capture.close();
    this.analyser.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }
}
