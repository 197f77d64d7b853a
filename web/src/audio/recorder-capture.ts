import type { TurnStart } from "@/protocol/messages.gen";
import type { Capture, ChunkListener } from "./capture";

const CONTAINERS: readonly (readonly [string, TurnStart["format"]])[] = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/mp4", "mp4"],
];
const SLICE_MS = 100;

/** The compatible path: a new MediaRecorder for each answer, in slices as they come. */
export class RecorderCapture implements Capture {
  readonly format: TurnStart["format"];
  readonly sampleRateHz = 16_000;
  readonly looksBack = false;
  readonly level = 0;
  private readonly mimeType: string;
  private recorder: MediaRecorder | null = null;
  private startedAt = 0;
  /** Reading a slice is asynchronous; the chain keeps their order. */
  private delivered: Promise<void> = Promise.resolve();

  constructor(private readonly stream: MediaStream) {
    const container = CONTAINERS.find(([mime]) => MediaRecorder.isTypeSupported(mime));
    [this.mimeType, this.format] = container ?? ["", "webm"];
  }

  start(onChunk: ChunkListener): void {
    const options = this.mimeType ? { mimeType: this.mimeType } : {};
    const recorder = new MediaRecorder(this.stream, options);
    this.recorder = recorder;
    this.startedAt = performance.now();
    recorder.ondataavailable = (event) => {
      this.delivered = this.delivered.then(async () => {
        const bytes = new Uint8Array(await event.data.arrayBuffer());
        if (bytes.length > 0) onChunk(bytes);
      });
    };
    recorder.start(SLICE_MS);
  }

  flush(): void {}

  async stop(): Promise<{ durationMs: number }> {
    const recorder = this.recorder;
    this.recorder = null;
    const durationMs = Math.round(performance.now() - this.startedAt);
    if (recorder && recorder.state !== "inactive") {
      await new Promise<void>((resolve) => {
        recorder.onstop = () => resolve();
        recorder.stop();
      });
    }
    await this.delivered;
    return { durationMs };
  }

  close(): void {
    void this.stop();
  }
}
